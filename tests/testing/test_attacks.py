"""Each attack finds the mistake that it is for, and no attack finds one in a good project."""

from contextlib import suppress
from datetime import datetime, timezone
from unittest import SkipTest

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import override_settings
from django.urls import path
from rest_framework_simplejwt.authentication import JWTAuthentication as PlainAuthentication

from drf_jwt_kit.testing.attacks import ATTACKS, Broken, Site, attack, people
from drf_jwt_kit.testing.keys import override_keys
from tests.flows import cookie_urls

from . import mistakes as wrong

BY_NAME = {one.__name__: one for one in ATTACKS}
VIEWS = {
    "alg_none_is_refused": wrong.Unverified,
    "a_token_without_its_signature_is_refused": wrong.Unverified,
    "a_changed_payload_is_refused": wrong.Unverified,
    "a_token_of_another_key_is_refused": wrong.Unverified,
    "a_public_key_as_a_secret_is_refused": wrong.ByPublicKey,
    "an_empty_or_usual_secret_is_refused": wrong.BySmallSecret,
    "a_key_that_the_token_brings_is_refused": wrong.ByOwnKey,
    "a_kid_that_is_a_path_or_a_query_is_refused": wrong.ByKidAsPath,
    "an_unknown_critical_header_is_refused": wrong.Uncritical,
    "an_expired_token_is_refused": wrong.Unverified,
    "a_refresh_token_is_no_access_token": wrong.Unverified,
    "a_token_of_plain_simple_jwt_is_refused": PlainAuthentication,
    "a_malformed_token_is_refused": wrong.Failing,
    "an_oversized_token_is_refused": wrong.Keeping,
    "a_new_password_ends_the_session": wrong.Sessionless,
    "a_deactivated_user_is_refused": wrong.Sessionless,
    "a_deleted_user_is_refused": wrong.Sessionless,
    "a_session_that_the_project_has_ended_is_over": wrong.Sessionless,
    "a_token_in_the_query_string_is_refused": wrong.ByQuery,
    "two_authorization_headers_are_refused": wrong.FirstOfMany,
    "a_cookie_without_a_csrf_token_is_refused": wrong.ByCookie,
}
ENDPOINTS = [
    ("a_logout_ends_the_access_token", wrong.Idle),
    ("a_logout_ends_the_refresh_token", wrong.Idle),
    ("a_logout_everywhere_ends_every_session", wrong.IdleEverywhere),
    ("a_replayed_refresh_token_ends_the_session", wrong.Trusting),
    ("a_forged_refresh_token_is_refused", wrong.Trusting),
    ("an_answer_with_tokens_is_in_no_cache", wrong.Cached),
    ("a_refused_login_does_not_tell_who_has_an_account", wrong.Telling),
    ("a_refused_login_does_not_tell_who_has_an_account", wrong.Forgiving),
    ("no_script_reads_a_token_in_cookie_mode", wrong.Readable),
    ("no_script_reads_a_token_in_cookie_mode", wrong.Repeated),
    ("a_cookie_without_a_csrf_token_is_refused", wrong.Unasked),
    ("another_users_password_renews_no_login", wrong.ByAnyName),
    ("a_refused_password_renews_no_login", wrong.RenewingFirst),
    ("a_session_that_has_ended_is_not_renewed", wrong.ForTheEnded),
    ("a_refresh_token_renews_no_login", wrong.ForAnyKind),
]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]


def run(name, urls, **settings):
    """Attack a project with these URLs."""
    with override_settings(ROOT_URLCONF=urls, **settings):
        attack(Site(), BY_NAME[name])


@pytest.mark.parametrize("how", ATTACKS, ids=lambda how: how.__name__)
@override_settings(ROOT_URLCONF=cookie_urls, DRF_JWT_KIT={"DEVICE_BOUND": True})
@override_keys("RS256")
def test_a_good_project_withstands_every_attack(how):
    attack(Site(), how)


@pytest.mark.parametrize(("name", "authentication"), VIEWS.items())
@override_keys()
def test_a_view_with_a_mistake_is_found(name, authentication):
    urls = (*wrong.GOOD, path("mistake/", wrong.closed_by(authentication)))

    with pytest.raises(Broken, match="/mistake/ answers"):
        run(name, urls)


@pytest.mark.parametrize(("name", "endpoint"), ENDPOINTS)
def test_an_endpoint_with_a_mistake_is_found(name, endpoint):
    urls = (*wrong.GOOD, path("mistake/", endpoint.as_view()))

    with pytest.raises(Broken):
        run(name, urls)


@pytest.mark.parametrize("path", ["/api/token/reauthenticate/", "/api/auth/reauthenticate/"])
@override_settings(ROOT_URLCONF=cookie_urls)
def test_what_is_refused_to_an_attacker_is_not_refused_to_the_user(path):
    site = Site()
    (endpoint,) = [one for one in site.addresses if one.path == path]

    answer = site.send(endpoint, access=site.log_in().access, password=people.PASSWORD)

    assert answer.status_code == 200


@pytest.mark.parametrize("claims", [wrong.PasswordClaims, wrong.NamedClaims])
def test_a_secret_in_a_claim_is_found(claims):
    given = {"CLAIMS_SERIALIZER": f"tests.testing.mistakes.{claims.__name__}"}

    with pytest.raises(Broken, match="claim"):
        run("no_secret_is_in_a_claim", wrong.GOOD, DRF_JWT_KIT=given)


def test_refresh_tokens_that_are_not_rotated_are_found():
    given = {"ROTATE_REFRESH_TOKENS": False}

    with pytest.raises(Broken, match="answers 200 and no new refresh token"):
        run("a_replayed_refresh_token_ends_the_session", wrong.GOOD, DRF_JWT_KIT=given)


def test_a_copy_of_a_bound_session_that_is_refreshed_is_found():
    urls = (path("mistake/", wrong.Trusting.as_view(), name="token_refresh"), *wrong.GOOD)

    with pytest.raises(Broken, match="/mistake/ answers 200"):
        run("a_copy_of_a_bound_session_gets_no_tokens", urls, DRF_JWT_KIT={"DEVICE_BOUND": True})


def test_a_replay_that_nobody_notices_is_found():
    urls = (path("mistake/", wrong.Forgetful.as_view()), *wrong.GOOD)

    with pytest.raises(Broken, match="/mistake/ answers 200"):
        run("a_replayed_refresh_token_ends_the_session", urls)


def test_a_private_key_in_the_key_set_is_found():
    urls = (path("mistake/", wrong.private_keys, name="token_jwks"),)

    with pytest.raises(Broken, match="/mistake/ shows d of a key"):
        run("no_private_key_is_published", urls)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("alg_none_is_refused", "no view refuses a request without a token"),
        ("a_token_in_the_query_string_is_refused", "no view refuses a request without a token"),
        ("a_logout_ends_the_access_token", "have no token_logout"),
        ("a_public_key_as_a_secret_is_refused", "signs with a secret"),
    ],
)
def test_what_does_not_apply_says_why(name, why):
    with pytest.raises(SkipTest, match=why):
        run(name, (path("open/", wrong.Open.as_view()),))


@pytest.mark.parametrize(
    ("name", "settings", "why"),
    [
        (
            "a_token_of_plain_simple_jwt_is_refused",
            {"ADOPT_SIMPLEJWT_TOKENS_UNTIL": datetime(2200, 1, 1, tzinfo=timezone.utc)},
            "ADOPT_SIMPLEJWT_TOKENS_UNTIL accepts such tokens",
        ),
        ("a_copy_of_a_bound_session_gets_no_tokens", {}, "DEVICE_BOUND is off"),
        ("a_deactivated_user_is_refused", {"CHECK_USER_IS_ACTIVE": False}, "CHECK_USER_IS_ACTIVE"),
        ("no_script_reads_a_token_in_cookie_mode", {}, "no endpoints by cookie"),
        ("a_cookie_without_a_csrf_token_is_refused", {}, "takes a token from a cookie"),
    ],
)
def test_what_a_setting_allows_is_no_mistake(name, settings, why):
    with pytest.raises(SkipTest, match=why):
        run(name, wrong.GOOD, DRF_JWT_KIT=settings)


def test_a_project_whose_closed_views_take_no_token_of_ours_is_told_so():
    urls = (path("closed/", wrong.closed_by(PlainAuthentication)),)

    with pytest.raises(SkipTest, match="no closed view takes a token of ours"):
        run("a_new_password_ends_the_session", urls)


def test_only_the_addresses_that_are_named_are_attacked():
    urls = (path("mistake/", wrong.closed_by(wrong.Unverified)), *wrong.GOOD)

    with override_settings(ROOT_URLCONF=urls):
        attack(Site(["/closed/"]), BY_NAME["alg_none_is_refused"])


@pytest.mark.parametrize("how", ATTACKS, ids=lambda how: how.__name__)
@override_settings(ROOT_URLCONF=cookie_urls, SECURE_SSL_REDIRECT=True)
def test_settings_that_change_what_is_sent_are_no_mistake(how):
    given = {
        "COOKIE_REFRESH_ONLY": True,
        "MAX_SESSIONS_PER_USER": 1,
        "USER_ID_FIELD": "username",
        "AUTH_HEADER_TYPES": ("JWT",),
        "AUTH_HEADER_NAME": "HTTP_X_TOKEN",
    }

    with override_settings(DRF_JWT_KIT=given), suppress(SkipTest):
        attack(Site(), how)


def test_a_route_with_a_percent_sign_is_attacked():
    urls = (path("100%/<slug:name>/", wrong.closed_by(wrong.Unverified)),)

    with pytest.raises(Broken, match="/100%/1/ answers 200"):
        run("alg_none_is_refused", urls)


def test_a_throttle_of_the_project_hinders_no_attack():
    urls = (*wrong.GOOD, path("throttled/", wrong.Throttled.as_view()))

    run("a_replayed_refresh_token_ends_the_session", urls)


def test_a_claim_that_says_who_the_user_is_is_no_secret():
    given = {"CLAIMS_SERIALIZER": "drf_jwt_kit.tokens.ProfileClaims"}

    run("no_secret_is_in_a_claim", wrong.GOOD, DRF_JWT_KIT=given)


def test_keys_whose_private_part_is_elsewhere_can_be_attacked():
    private = ed25519.Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    given = {"KEYS": {"key": public, "sign": private.sign}}

    run("an_unknown_critical_header_is_refused", wrong.GOOD, DRF_JWT_KIT=given)
