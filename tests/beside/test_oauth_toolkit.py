"""A bearer token of django-oauth-toolkit reaches its class, and one of ours is decided by ours."""

from datetime import datetime, timedelta
from datetime import timezone as zone

import jwt
import pytest
from django.test import override_settings
from django.utils import timezone
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from oauth2_provider.models import AccessToken, Application
from rest_framework.authentication import BaseAuthentication

from drf_jwt_kit import sessions
from tests.conftest import NOON, Dropped, forge

pytestmark = pytest.mark.django_db

NEVER = datetime(2100, 1, 1, tzinfo=zone.utc)
BOTH = ["ours-first", "ours-last", "stateless-first", "cookie-first", "optional-first", "closed"]
"""Views that ask both classes."""
OURS_DECIDES = [one for one in BOTH if one != "optional-first"]


@pytest.fixture(params=BOTH)
def both(request):
    return f"/{request.param}/"


@pytest.fixture
def granted(other_user):
    """A token that django-oauth-toolkit has granted to a client of Grace's."""
    application = Application.objects.create(
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="https://client.example/",
    )
    return AccessToken.objects.create(
        user=other_user,
        application=application,
        token="opaque-token-of-the-toolkit",
        expires=timezone.now() + timedelta(hours=1),
    ).token


def test_each_token_reaches_its_own_class(kit, signed_in, granted, both):
    assert kit.get_with(granted, both).json() == {"user": "grace"}
    assert kit.get_with(signed_in.access, both).json() == {"user": "ada"}


def test_a_token_of_nobody_is_refused_with_the_challenge(kit, db, both):
    answer = kit.get_with("opaque-token-of-nobody", both)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_mixin_says_why_a_token_of_nobody_was_refused(kit, db):
    assert kit.get_with("opaque-token-of-nobody", "/closed/").json()["code"] == "token_not_valid"


def test_a_jwt_of_another_issuer_is_left_to_the_other_class(kit, signed_in, granted):
    theirs = {"kid": "theirs", "typ": "at+jwt"}
    foreign = jwt.encode({"sub": "grace", "exp": 2**31}, "their own key " * 4, headers=theirs)
    stored = AccessToken.objects.get(token=granted)
    stored.token = foreign
    stored.save()

    assert kit.get_with(foreign, "/ours-first/").json() == {"user": "grace"}


def test_a_token_that_names_our_key_is_refused_without_a_session(kit, signed_in, granted):
    ours = forge(signed_in.access, sid=Dropped)

    assert kit.get_with(ours, "/ours-first/").status_code == 401


def test_a_jwt_is_kept_where_nobody_can_tell_whose_it_is(kit, db, settings):
    settings.DRF_JWT_KIT = {"KEYS": lambda request: None}
    theirs = jwt.encode({"sub": "grace"}, "their own key " * 4, headers={"kid": "theirs"})

    assert kit.get_with(theirs, "/ours-first/").status_code == 503


@pytest.mark.parametrize("challenge", ["missing", "broken", "bytes", "none"])
def test_a_class_whose_challenge_does_not_work_is_no_500(kit, db, monkeypatch, challenge):
    def broken(self, request):
        raise RuntimeError

    ways = {"broken": broken, "bytes": lambda *_: b"Bearer", "none": lambda *_: None}
    if challenge == "missing":
        monkeypatch.delattr(OAuth2Authentication, "authenticate_header")
        monkeypatch.delattr(BaseAuthentication, "authenticate_header")
    else:
        monkeypatch.setattr(OAuth2Authentication, "authenticate_header", ways[challenge])

    assert kit.get_with("opaque", "/ours-first/").status_code == 401


@pytest.fixture(params=["expired", "ended", "forged", "refresh"])
def refused(request, kit, signed_in, clock):
    """A token of ours that is no longer good, or never was."""
    if request.param == "expired":
        return forge(signed_in.access, exp=int(NOON.timestamp()) - 3600)
    if request.param == "ended":
        sessions.logout(signed_in.refresh)
    if request.param == "refresh":
        return signed_in.refresh
    if request.param == "forged":
        return signed_in.access[:-20] + "A" * 20
    return signed_in.access


@pytest.mark.parametrize("view", OURS_DECIDES)
def test_a_token_of_ours_that_is_refused_is_refused_by_ours(kit, refused, view):
    assert kit.get_with(refused, f"/{view}/").status_code == 401


def test_a_refused_token_of_ours_is_not_handed_on(kit, refused):
    assert kit.get_with(refused, "/open/").json()["code"] == "token_not_valid"


@pytest.mark.parametrize(
    "mangled",
    [
        lambda header, payload, signature: header,
        lambda header, payload, signature: f"{header}.{payload}",
        lambda header, payload, signature: f"{header}.{payload[:40]}",
        lambda header, payload, signature: f"{header}.{payload[:-3]}.{signature}",
        lambda header, payload, signature: f"{header}.{payload}.{signature}.",
        lambda header, payload, signature: f"x{header}.{payload}.{signature}",
    ],
    ids=["header", "unsigned", "cut", "without an end", "more", "other header"],
)
def test_a_mangled_token_of_ours_is_refused_by_ours(kit, signed_in, mangled):
    token = mangled(*signed_in.access.split("."))

    assert kit.get_with(token, "/open/").status_code == 401


@pytest.mark.parametrize(("scheme", "status"), [("JWT", 401), ("jwt", 401), ("bearer", 200)])
def test_a_token_is_left_to_a_class_that_reads_its_scheme(kit, db, settings, scheme, status):
    settings.SIMPLE_JWT = {"AUTH_HEADER_TYPES": ("JWT", "Bearer")}

    answer = kit.get("/open/", headers={"Authorization": f"{scheme} opaque-token-of-nobody"})

    assert answer.status_code == status


@pytest.mark.parametrize("token", ["opaque-token-of-nobody", "three.parts.no-json", "e30.W10.e30"])
def test_a_foreign_token_that_nobody_takes_is_anonymous_on_a_public_view(kit, db, token):
    assert kit.get_with(token, "/open/").json() == {"user": ""}


@pytest.mark.parametrize("view", ["ours-alone", "two-of-ours", "open-ours-last", "open-wrapped"])
def test_a_foreign_token_is_refused_where_no_other_class_comes_later(kit, db, view):
    answer = kit.get_with("opaque-token-of-nobody", f"/{view}/")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")


@pytest.mark.parametrize(
    "settings",
    [
        {"SIMPLE_JWT": {"JWK_URL": "https://issuer.example/keys"}},
        {"DRF_JWT_KIT": {"ADOPT_SIMPLEJWT_TOKENS_UNTIL": NEVER}},
    ],
)
def test_every_jwt_may_be_ours_where_tokens_of_others_are_accepted(kit, signed_in, settings):
    foreign = forge(signed_in.access, sid=Dropped)

    with override_settings(**settings):
        assert kit.get_with(foreign, "/open/").status_code == 401


def test_a_header_without_one_token_is_refused_at_once(kit, granted):
    assert kit.get_with(f"{granted} and more", "/open/").status_code == 401
