"""Logging in by POST to ``token_obtain_pair``."""

from datetime import timedelta

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.test import override_settings
from django.urls import reverse

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.tokens import RefreshToken
from tests.conftest import PASSWORD, claims_of

pytestmark = pytest.mark.django_db


def credentials(user, password=PASSWORD):
    return {user.USERNAME_FIELD: user.get_username(), "password": password}


class TestLogin:
    def test_answers_exactly_an_access_and_a_refresh_token(self, kit, user):
        answer = kit.post_json("", credentials(user))

        assert answer.status_code == 200
        assert set(answer.json()) == {"access", "refresh"}

    def test_has_simple_jwts_url_names(self):
        assert reverse("token_obtain_pair") == "/api/token/"
        assert reverse("token_refresh") == "/api/token/refresh/"
        assert reverse("token_verify") == "/api/token/verify/"
        assert reverse("token_blacklist") == "/api/token/blacklist/"

    def test_a_login_takes_three_queries(self, kit, user, queries):
        with queries() as made:
            tokens = kit.sign_in(user)

        assert [sql.split()[0] for sql in made] == ["SELECT", "INSERT", "SELECT"]
        assert kit.get_with(tokens.access).status_code == 200

    def test_writes_one_row_that_holds_no_token(self, kit, user):
        tokens = kit.sign_in(user)

        row = str(Session.objects.values().get())
        assert str(tokens.session.pk) in row
        parts = [part for token in (tokens.access, tokens.refresh) for part in token.split(".")[1:]]
        jtis = [claims_of(token)["jti"] for token in (tokens.access, tokens.refresh)]
        assert [secret for secret in (*parts, *jtis) if secret in row] == []

    def test_lives_fifteen_minutes_and_a_day_by_default(self, kit, user, clock):
        tokens = kit.sign_in(user)

        access, refresh = claims_of(tokens.access), claims_of(tokens.refresh)
        assert access["exp"] - access["iat"] == 15 * 60
        assert refresh["exp"] - refresh["iat"] == 24 * 60 * 60

    def test_remembers_the_device_and_the_address(self, kit, user):
        kit.sign_in(user, User_Agent="Firefox on Windows")

        row = Session.objects.get()
        assert (row.user_agent, row.ip) == ("Firefox on Windows", "127.0.0.1")

    @override_settings(DRF_JWT_KIT={"RECORD_CLIENT": False})
    def test_remembers_neither_where_the_project_may_not(self, kit, user):
        kit.sign_in(user, User_Agent="Firefox on Windows")

        row = Session.objects.get()
        assert (row.user_agent, row.ip) == ("", None)

    def test_a_login_is_never_cached(self, kit, user):
        good, bad = kit.post_json("", credentials(user)), kit.post_json("", {})

        assert good["Cache-Control"] == bad["Cache-Control"] == "private, no-store"

    def test_takes_a_form_as_well_as_json(self, kit, user):
        assert kit.post("/api/token/", credentials(user)).status_code == 200

    def test_keeps_the_spaces_around_a_password(self, kit, user):
        user.set_password("  spaces belong to it  ")
        user.save()

        answer = kit.post_json("", credentials(user, "  spaces belong to it  "))

        assert answer.status_code == 200


class TestFailedLogin:
    def test_is_the_same_answer_for_a_wrong_password_and_an_unknown_user(self, kit, user):
        wrong = kit.post_json("", credentials(user, "wrong"))
        unknown = kit.post_json("", {user.USERNAME_FIELD: "nobody@example.com", "password": "x"})

        assert wrong.status_code == unknown.status_code == 401
        assert wrong.content == unknown.content
        assert wrong.headers == unknown.headers

    def test_is_the_same_answer_for_an_inactive_user(self, kit, user):
        wrong = kit.post_json("", credentials(user, "wrong"))
        user.is_active = False
        user.save()

        inactive = kit.post_json("", credentials(user))

        assert (inactive.status_code, inactive.content) == (401, wrong.content)

    def test_says_no_active_account(self, kit, user):
        answer = kit.post_json("", credentials(user, "wrong"))

        assert answer.json() == {
            "detail": "No active account found with the given credentials",
            "code": "no_active_account",
        }
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'

    def test_hashes_a_password_whoever_it_was(self, kit, user, monkeypatch):
        hashed = []
        monkeypatch.setattr(
            "django.contrib.auth.hashers.MD5PasswordHasher.encode",
            lambda self, password, salt: hashed.append(password) or "md5$x$y",
        )

        kit.post_json("", credentials(user, "wrong"))
        kit.post_json("", {user.USERNAME_FIELD: "nobody@example.com", "password": "unknown"})

        assert hashed == ["wrong", "unknown"]

    def test_is_a_bad_request_where_nobody_can_have_such_a_name(self, kit, settings):
        settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": "tests.flows.test_obtain.KeyAsName"}

        answer = kit.post_json("", {"id": "no key", "password": PASSWORD})

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert len(answer.json()["id"]) == 1

    def test_is_that_of_a_projects_token_class_that_makes_no_session(self, kit, user, settings):
        settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": "tests.flows.test_obtain.OfNoSession"}

        answer = kit.post_json("", credentials(user))

        assert (answer.status_code, answer.json()["reason"]) == (401, "no_session")
        assert not Session.objects.exists()

    def test_a_failed_login_starts_no_session(self, kit, user):
        kit.post_json("", credentials(user, "wrong"))

        assert not Session.objects.exists()

    def test_is_told_by_djangos_signal(self, kit, user):
        heard = []
        receiver = lambda **facts: heard.append(facts["credentials"])  # noqa: E731
        user_login_failed.connect(receiver)

        kit.post_json("", credentials(user, "wrong"))

        user_login_failed.disconnect(receiver)
        assert [set(told) for told in heard] == [{user.USERNAME_FIELD, "password"}]


class BareToken(RefreshToken):
    @classmethod
    def for_user(cls, user):
        return cls()


class OfNoSession(TokenObtainPairSerializer):
    token_class = BareToken


class KeyAsName(TokenObtainPairSerializer):
    username_field = "id"


class TestAccessToken:
    def test_holds_nothing_personal_by_default(self, signed_in):
        expected = {"token_type", "exp", "iat", "jti", "sid", "auth_time", "place"}
        assert set(claims_of(signed_in.access)) == expected | {get_settings().USER_ID_CLAIM}

    def test_names_its_type_and_its_key_in_the_header(self, signed_in):
        access = jwt.get_unverified_header(signed_in.access)
        refresh = jwt.get_unverified_header(signed_in.refresh)

        assert set(access) == set(refresh) == {"alg", "kid", "typ"}
        assert (access["typ"], refresh["typ"]) == ("at+jwt", "rt+jwt")

    @override_settings(
        DRF_JWT_KIT={
            "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
            "REFRESH_TOKEN_LIFETIME": timedelta(hours=1),
            "SESSION_MAX_AGE": timedelta(hours=1),
        }
    )
    def test_never_outlives_its_session(self, kit, user, clock):
        tokens = kit.sign_in(user)
        clock.shift(timedelta(minutes=50))

        rotated = kit.rotate(tokens.refresh)

        session_end = claims_of(tokens.refresh)["exp"]
        assert claims_of(rotated.access)["exp"] == claims_of(rotated.refresh)["exp"] == session_end


class TestLastLogin:
    def test_is_left_alone_by_default(self, signed_in, user):
        user.refresh_from_db()

        assert user.last_login is None

    @override_settings(SIMPLE_JWT={"UPDATE_LAST_LOGIN": True, "USER_ID_FIELD": "pk"})
    def test_is_written_and_told_where_the_project_says_so(self, kit, user, queries):
        heard = []
        receiver = lambda **facts: heard.append(facts["user"])  # noqa: E731
        user_logged_in.connect(receiver)

        with queries() as made:
            kit.sign_in(user)

        user_logged_in.disconnect(receiver)
        assert heard == [user]
        assert get_user_model().objects.get(pk=user.pk).last_login is not None
        assert len(made) == 4
