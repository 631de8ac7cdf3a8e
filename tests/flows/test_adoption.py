"""Tokens that Simple JWT issued, in a project that comes from there."""

import subprocess
import sys
import uuid
from datetime import datetime, timedelta, timezone

import jwt
import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.db import IntegrityError
from django.test import override_settings
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.utils import get_md5_hash_password

from drf_jwt_kit import sessions
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import adoption
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.sessions.begin import begun_at_the_end
from drf_jwt_kit.sessions.flush import flush
from drf_jwt_kit.sessions.others import is_adopted
from tests.child import environment
from tests.conftest import NOON, claims_of
from tests.keys.material import private_pem, public_pem

pytestmark = pytest.mark.django_db

UNTIL = NOON + timedelta(days=14)
HOUR = timedelta(hours=1)


def issued(token_class, user, *, algorithm="HS256", key=None, **claims):
    """What Simple JWT itself writes, by its own code; ``user_id`` replaces its user claim."""
    token = token_class()
    token.payload[get_settings().USER_ID_CLAIM] = claims.pop("user_id", user_id_of(user))
    token.payload.update(claims)
    token.payload["exp"] = claims.get("exp", int(datetime.now(timezone.utc).timestamp()) + 3600)
    backend = TokenBackend(algorithm, key or django_settings.SECRET_KEY)
    return backend.encode(token.payload)


def access(user, **more):
    return issued(simplejwt.AccessToken, user, **more)


def refresh(user, **more):
    return issued(simplejwt.RefreshToken, user, **more)


class Recent(SecureViewMixin, APIView):
    max_auth_age = timedelta(days=1)

    def get(self, request):
        return Response({})


def ask_for_a_recent_login(token):
    request = APIRequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    return Recent.as_view()(request)


@pytest.fixture(autouse=True)
def adopting(clock):
    with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": UNTIL}):
        yield


def kit_settings(**more):
    return override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": UNTIL, **more})


class TestAnAccessToken:
    def test_is_taken_with_its_user(self, kit, user):
        assert kit.get_with(access(user)).status_code == 200

    def test_an_adopted_access_token_costs_two_queries(self, kit, user, queries):
        token = access(user)
        with queries() as made:
            assert kit.get_with(token).status_code == 200

        assert len(made) == 2

    def test_is_taken_until_the_day_that_was_set(self, kit, user, clock):
        token = access(user, exp=int((UNTIL + HOUR).timestamp()))
        clock.move_to(UNTIL - timedelta(seconds=1))
        assert kit.get_with(token).status_code == 200
        clock.move_to(UNTIL)

        assert kit.get_with(token).status_code == 401

    def test_is_not_taken_where_no_day_is_set(self, kit, user):
        with override_settings(DRF_JWT_KIT={}):
            assert kit.get_with(access(user)).status_code == 401

    def test_expires_as_it_says(self, kit, user, clock):
        token = access(user)
        clock.shift(HOUR)

        assert kit.get_with(token).json()["reason"] == "expired"

    def test_may_name_its_user_by_a_number_as_older_versions_did(
        self, kit, user, default_user_model
    ):
        assert kit.get_with(access(user, user_id=user.pk)).status_code == 200

    def test_an_access_token_of_an_inactive_user_is_refused(self, kit, user):
        token = access(user)
        get_user_model().objects.update(is_active=False)

        assert kit.get_with(token).json()["reason"] == "session_ended"

    @pytest.mark.parametrize("user_id", ["0", "nobody", "", None, True, 1.5, [], 2**80])
    def test_an_access_token_of_nobody_is_refused(self, kit, user, user_id):
        assert kit.get_with(access(user, user_id=user_id)).status_code == 401

    def test_counts_as_no_recent_login(self, kit, user):
        assert ask_for_a_recent_login(access(user)).status_code == 401

    def test_is_refused_after_a_cut_off(self, kit, user):
        sessions.revoke_all()

        assert kit.get_with(access(user)).json()["reason"] == "session_ended"

    def test_cannot_name_a_session(self, kit, user, signed_in):
        token = access(user, sid=str(signed_in.session.pk))
        kit.logout(signed_in.refresh)

        assert kit.get_with(token).status_code == 200  # as any other of Simple JWT's

    def test_sees_the_sessions_none_of_which_is_its_own(self, kit, user, signed_in):
        assert [s["current"] for s in kit.sessions(access(user))] == [False]

    def test_has_no_session_to_log_out_of(self, kit, user):
        answer = kit.post("/api/token/logout/", headers={"Authorization": f"Bearer {access(user)}"})

        assert answer.json()["reason"] == "no_session"

    def test_ends_no_session_that_it_names(self, kit, user, signed_in):
        token = access(user, sid=str(signed_in.session.pk))

        answer = kit.post("/api/token/logout/", headers={"Authorization": f"Bearer {token}"})

        assert answer.json()["reason"] == "no_session"
        assert kit.get_with(signed_in.access).status_code == 200

    def test_is_refused_to_refresh_with(self, kit, user):
        assert kit.refresh(access(user)).json()["reason"] == "wrong_type"

    def test_an_access_token_of_another_key_is_refused(self, kit, user):
        assert kit.get_with(access(user, key="x" * 50)).status_code == 401

    def test_is_verified_by_the_endpoint(self, kit, user):
        assert kit.verify(access(user)).status_code == 200


class TestARefreshToken:
    def test_begins_a_session_of_ours(self, kit, user):
        following = kit.rotate(refresh(user))

        assert kit.get_with(following.access).status_code == 200
        assert [row.generation for row in Session.objects.all()] == [1]
        assert following.session.user_id == user.pk

    def test_is_then_signed_by_our_key(self, kit, user):
        following = kit.rotate(refresh(user))

        assert jwt.get_unverified_header(following.refresh)["typ"] == "rt+jwt"
        assert jwt.get_unverified_header(following.refresh)["kid"]

    def test_is_held_to_the_limits_of_a_login(self, kit, user):
        with kit_settings(MAX_SESSIONS_PER_USER=1):
            before = kit.sign_in(user)
            kit.rotate(refresh(user))

            assert kit.get_with(before.access).status_code == 401

    def test_says_where_its_client_is(self, kit, user):
        kit.refresh(refresh(user), user_agent="curl/8")

        assert Session.objects.get().user_agent == "curl/8"

    def test_goes_on_as_any_session(self, kit, user, past_leeway):
        following = kit.rotate(refresh(user))
        past_leeway()

        assert kit.get_with(kit.rotate(following.refresh).access).status_code == 200

    def test_goes_on_after_the_day_that_was_set(self, kit, user, clock):
        clock.move_to(UNTIL - HOUR)
        following = kit.rotate(refresh(user))
        clock.shift(2 * HOUR)

        assert kit.refresh(following.refresh).status_code == 200

    def test_sent_twice_at_once_begins_one_session(self, kit, user):
        token = refresh(user)
        one, two = kit.rotate(token), kit.rotate(token)

        assert claims_of(one.refresh) == claims_of(two.refresh)
        assert Session.objects.count() == 1

    def test_sent_while_another_request_begins_its_session_begins_no_second_one(
        self, kit, user, monkeypatch
    ):
        token = refresh(user)
        first = kit.rotate(token)
        # As if it had looked just before the other one has stored.
        monkeypatch.setattr(adoption, "has_begun", lambda token: False)

        assert claims_of(kit.rotate(token).refresh) == claims_of(first.refresh)
        assert Session.objects.count() == 1

    def test_refused_by_a_constraint_of_the_projects_is_no_race(self, kit, user, monkeypatch):
        def refuse(session, **_):
            raise IntegrityError("CHECK constraint failed: one_per_device")

        monkeypatch.setattr(Session, "save", refuse)

        with pytest.raises(IntegrityError, match="one_per_device"):
            kit.refresh(refresh(user))
        assert not Session.objects.exists()

    def test_sent_again_later_is_reuse_and_ends_the_session(self, kit, user, past_leeway):
        token = refresh(user)
        following = kit.rotate(token)
        past_leeway()

        assert kit.refresh(token).json()["reason"] == "session_ended"
        assert kit.get_with(following.access).status_code == 401
        assert kit.refresh(following.refresh).status_code == 401
        assert Session.objects.get().revoked_reason == "reused"

    def test_is_collected_again_with_its_retry_key(self, kit, user, past_leeway):
        token, key = refresh(user), str(uuid.uuid4())
        kit.refresh(token, idempotency_key=key)
        past_leeway()

        assert kit.refresh(token, idempotency_key=key).status_code == 200

    def test_a_refresh_token_is_taken_as_often_as_before_without_rotation(
        self, kit, user, past_leeway
    ):
        with kit_settings(ROTATE_REFRESH_TOKENS=False):
            token = refresh(user)
            kit.refresh(token)
            past_leeway()
            answer = kit.refresh(token)

        assert list(answer.json()) == ["access"]
        assert Session.objects.count() == 1

    def test_two_tokens_begin_two_sessions(self, kit, user):
        kit.rotate(refresh(user))
        kit.rotate(refresh(user))

        assert Session.objects.count() == 2

    def test_refresh_tokens_of_two_users_with_one_jti_begin_two_sessions(
        self, kit, user, other_user
    ):
        one, two = kit.rotate(refresh(user, jti="a")), kit.rotate(refresh(other_user, jti="a"))

        assert (one.session.user_id, two.session.user_id) == (user.pk, other_user.pk)

    def test_takes_up_the_claims_of_this_moment(self, kit, user, default_user_model):
        with kit_settings(CLAIMS_SERIALIZER="drf_jwt_kit.tokens.ProfileClaims"):
            following = kit.rotate(refresh(user, username="as it was"))

        assert claims_of(following.access)["username"] == user.username

    def test_a_refresh_token_of_an_inactive_user_is_refused_and_begins_nothing(self, kit, user):
        token = refresh(user)
        get_user_model().objects.update(is_active=False)

        answer = kit.refresh(token)

        assert (answer.json()["reason"], answer["Retry-After"]) == ("session_ended", "1")
        assert not Session.objects.exists()

    def test_begins_its_session_at_once_where_logins_wait(self, user):
        with begun_at_the_end():
            sessions.refresh(refresh(user))

        assert Session.objects.get().generation == 1

    def test_a_refresh_token_of_a_deleted_user_is_refused(self, kit, user):
        token = refresh(user)
        user.delete()

        assert kit.refresh(token).json()["reason"] == "session_ended"

    def test_is_refused_after_the_user_has_logged_out_by_it(self, kit, user):
        token = refresh(user)
        assert kit.logout(token).status_code == 200

        assert kit.refresh(token).json()["reason"] == "session_ended"
        assert Session.objects.get().revoked_reason == "logout"

    def test_a_refresh_token_of_nobody_logs_out_of_nothing(self, kit, user):
        token = refresh(user)
        user.delete()

        assert kit.logout(token).status_code == 200

    def test_a_token_by_which_an_inactive_user_logged_out_stays_ended(self, kit, user):
        token = refresh(user)
        get_user_model().objects.update(is_active=False)
        assert kit.logout(token).status_code == 200
        get_user_model().objects.update(is_active=True)

        assert kit.refresh(token).json()["reason"] == "session_ended"

    @pytest.mark.django_db(transaction=True)
    def test_a_refresh_token_that_only_logs_out_is_told_as_no_login(self, kit, user, caplog):
        caplog.set_level("INFO", "drf_jwt_kit")
        kit.logout(refresh(user))

        assert "event=revoked" in caplog.text
        assert "event=started" not in caplog.text

    def test_is_refused_after_a_cut_off(self, kit, user):
        sessions.revoke_all()

        assert kit.refresh(refresh(user)).json()["reason"] == "session_ended"
        assert not Session.objects.exists()

    def test_is_no_recent_login(self, kit, user):
        following = kit.rotate(refresh(user))

        assert ask_for_a_recent_login(following.access).status_code == 401

    def test_is_verified_without_beginning_anything(self, kit, user):
        assert kit.verify(refresh(user)).status_code == 200
        assert not Session.objects.exists()

    def test_a_refresh_token_of_simple_jwt_opens_no_view(self, kit, user):
        assert kit.get_with(refresh(user)).status_code == 401

    def test_is_not_taken_where_no_day_is_set(self, kit, user):
        with override_settings(DRF_JWT_KIT={}):
            assert kit.refresh(refresh(user)).status_code == 401

    def test_is_forgotten_by_no_flush_while_it_is_taken(self, kit, user, clock):
        token = refresh(user, exp=int(UNTIL.timestamp()))
        kit.logout(token)
        clock.shift(timedelta(days=2))
        list(flush())

        assert kit.refresh(token).json()["reason"] == "session_ended"

    def test_is_revived_by_no_flush_of_the_cut_off(self, kit, user, clock):
        token = refresh(user, exp=int(UNTIL.timestamp()))
        sessions.revoke_all()
        clock.shift(timedelta(days=2))
        list(flush())

        assert kit.refresh(token).json()["reason"] == "session_ended"


class TestWhatElseIsTold:
    def test_their_sessions_are_told_by_their_ids(self, kit, user):
        ours, theirs = kit.sign_in(user), kit.rotate(refresh(user))

        assert is_adopted(theirs.session.pk)
        assert not is_adopted(ours.session.pk)

    @pytest.mark.parametrize("header", [{"kid": "x"}, {"typ": "at+jwt"}, {"kid": ""}])
    def test_a_token_that_names_a_key_or_a_kind_is_none_of_theirs(self, kit, user, header):
        payload = claims_of(access(user))
        token = jwt.encode(payload, django_settings.SECRET_KEY, "HS256", headers=header)

        assert kit.get_with(token).status_code == 401

    @pytest.mark.parametrize("kind", ["sliding", "", None, ["access"]])
    def test_a_token_of_another_type_is_refused(self, kit, user, kind):
        assert kit.get_with(access(user, token_type=kind)).status_code == 401
        assert kit.refresh(refresh(user, token_type=kind)).status_code == 401

    @pytest.mark.parametrize("jti", [None, 7, [], {}])
    def test_a_token_without_a_name_is_refused(self, kit, user, jti):
        assert kit.refresh(refresh(user, jti=jti)).status_code == 401

    def test_the_password_claim_counts_where_it_did(self, kit, user, caplog):
        caplog.set_level("INFO", "drf_jwt_kit")
        token = access(user, hash_password=get_md5_hash_password(user.password))
        theirs = getattr(django_settings, "SIMPLE_JWT", {})
        with override_settings(SIMPLE_JWT={**theirs, "CHECK_REVOKE_TOKEN": True}):
            assert kit.get_with(token).status_code == 200
            assert kit.get_with(access(user)).status_code == 401
            assert kit.refresh(refresh(user)).status_code == 401
        assert caplog.text.count("verdict=password_changed") == 2

    def test_the_log_says_that_one_names_nobody(self, kit, user, caplog):
        caplog.set_level("INFO", "drf_jwt_kit")

        kit.get_with(access(user, user_id="nobody"))

        refused = "event=refused token=access session=none user=nobody verdict=unknown"
        assert refused in caplog.messages

    def test_the_log_says_that_one_was_cut_off(self, kit, user, caplog):
        caplog.set_level("INFO", "drf_jwt_kit")

        with kit_settings(SESSIONS_VALID_AFTER=NOON):
            kit.get_with(access(user))

        assert f"user={user_id_of(user)} verdict=cut_off" in caplog.text

    def test_a_key_of_their_own_is_the_one_that_verifies(self, kit, user):
        secret = "a signing key of its own, which is longer than thirty-two bytes"
        with override_settings(SIMPLE_JWT={"SIGNING_KEY": secret}):
            assert kit.get_with(access(user, key=secret)).status_code == 200
            assert kit.get_with(access(user)).status_code == 401

    def test_a_key_pair_of_their_own_beside_keys_of_ours(self, kit, user):
        pair = {
            "ALGORITHM": "RS256",
            "SIGNING_KEY": private_pem("RS256"),
            "VERIFYING_KEY": public_pem("RS256"),
        }
        theirs = {"algorithm": "RS256", "key": private_pem("RS256")}
        with override_settings(SIMPLE_JWT=pair), kit_settings(KEYS={"key": private_pem("EdDSA")}):
            assert kit.get_with(access(user, **theirs)).status_code == 200
            following = kit.rotate(refresh(user, **theirs))

        assert jwt.get_unverified_header(following.access)["alg"] == "EdDSA"

    def test_a_secret_key_that_was_replaced_since_verifies_from_the_fallbacks(self, kit, user):
        old = django_settings.SECRET_KEY
        token = access(user)
        with override_settings(SECRET_KEY="x" * 50, SECRET_KEY_FALLBACKS=[old]):
            assert kit.get_with(token).status_code == 200

    def test_one_that_has_expired_is_told_so_whatever_keys_there_are_besides(self, kit, user):
        token = access(user, exp=int(NOON.timestamp()) - 1)
        with override_settings(SECRET_KEY_FALLBACKS=["y" * 50]):
            assert kit.get_with(token).json()["reason"] == "expired"

    def test_tokens_of_ours_cost_nothing_more(self, kit, user, signed_in, queries):
        with queries() as made:
            assert kit.get_with(signed_in.access).status_code == 200

        assert len(made) == 1


class TestChecks:
    def said(self):
        ours = [m for m in run_checks() if m.id.startswith("drf_jwt_kit.") and m.id[-4:] != "W001"]
        return [(m.id, f"{m.msg} {m.hint}") for m in ours]

    def test_checks_are_content_with_adoption(self):
        assert self.said() == []

    def test_say_when_the_day_has_passed(self, clock):
        clock.move_to(UNTIL)

        assert self.said() == [
            (
                "drf_jwt_kit.W021",
                "ADOPT_SIMPLEJWT_TOKENS_UNTIL is past (2026-01-15T12:00:00+00:00): it has no "
                "effect. Remove it. If KEYS is set, remove SIGNING_KEY and VERIFYING_KEY of "
                "SIMPLE_JWT too.",
            )
        ]

    def test_say_that_tokens_need_a_type(self):
        with override_settings(SIMPLE_JWT={"TOKEN_TYPE_CLAIM": None}):
            assert self.said() == [
                (
                    "drf_jwt_kit.E027",
                    "TOKEN_TYPE_CLAIM is None, so adopted access and refresh tokens look the "
                    "same. Remove TOKEN_TYPE_CLAIM or ADOPT_SIMPLEJWT_TOKENS_UNTIL.",
                )
            ]

    def test_say_that_their_key_cannot_be_used(self):
        pair = {"ALGORITHM": "RS256", "SIGNING_KEY": "x", "VERIFYING_KEY": "nonsense"}
        with override_settings(SIMPLE_JWT=pair), kit_settings(KEYS={"key": private_pem("EdDSA")}):
            assert [number for number, _ in self.said()] == ["drf_jwt_kit.E051"]

    @pytest.mark.parametrize(
        ("settings", "number", "where"),
        [({"SIMPLE_JWT": {"ALGORITHM": "HS512"}, "SECRET_KEY": "x" * 50}, "E060", "SECRET_KEY"),
         ({"SECRET_KEY_FALLBACKS": ["x" * 50, "too short"]}, "E060", "SECRET_KEY_FALLBACKS[1]"),
         ({"SIMPLE_JWT": {"SIGNING_KEY": "x" * 40, "ALGORITHM": "HS384"}}, "E059",
          "SIMPLE_JWT['SIGNING_KEY']")],
    )  # fmt: skip
    def test_say_which_secret_is_too_short_for_their_algorithm(self, settings, number, where):
        with override_settings(**settings):
            (said,) = [text for name, text in self.said() if name == f"drf_jwt_kit.{number}"]

        assert said.startswith(f"{where} ")
        assert "needs a secret of at least" in said

    def test_say_that_a_signing_key_beside_keys_does_nothing(self):
        with override_settings(
            SIMPLE_JWT={"SIGNING_KEY": "x" * 50},
            DRF_JWT_KIT={"KEYS": {"key": private_pem("EdDSA")}},
        ):
            assert self.said() == [
                (
                    "drf_jwt_kit.W020",
                    "SIMPLE_JWT['SIGNING_KEY'] is not used, because DRF_JWT_KIT['KEYS'] is set. "
                    "Remove it, or set ADOPT_SIMPLEJWT_TOKENS_UNTIL to accept its old tokens.",
                )
            ]


BLACKLIST = """
import os; os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings_accounts"
import django; django.setup()
from datetime import datetime, timedelta, timezone
from django.core.management import call_command
from django.contrib.auth import get_user_model
from django.test import override_settings
call_command("migrate", verbosity=0)
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken
user = get_user_model().objects.create_user("ada@example.com", "x")
ended, live = RefreshToken.for_user(user), RefreshToken.for_user(user)
ended.blacklist()
until = datetime.now(timezone.utc) + timedelta(days=1)
def post(path, **body):
    print(APIClient().post(f"/api/token/{path}/", body, format="json").status_code)
with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": until}):
    for token in (ended, live):
        post("refresh", refresh=str(token))
    live.blacklist()
    post("refresh", refresh=str(live))
    post("verify", token=str(live))
    post("logout", refresh=str(live))
"""


def test_a_token_on_simple_jwts_blacklist_is_refused_also_when_its_session_has_begun():
    answer = subprocess.run(
        [sys.executable, "-c", BLACKLIST],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stdout.split() == ["401", "200", "401", "401", "200"], answer.stderr


def test_a_token_of_simple_jwts_that_says_who_acts_begins_no_session(kit, user):
    answer = kit.refresh(refresh(user, act={"sub": "7"}))

    assert (answer.status_code, answer.json()["reason"]) == (401, "invalid")
    assert not Session.objects.exists()
