"""django-allauth's headless API, whose logins end in our tokens."""

import json
import re

import pytest
from allauth.headless.internal.sessionkit import session_store
from allauth.headless.mfa.inputs import LoginWebAuthnInput
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.checks import run_checks
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import binding, bound, carried, end
from drf_jwt_kit.testing import forgery
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a staple of quite new horses"


class App:
    """A client of the kind ``app``, which holds allauth's session token."""

    def __init__(self, client):
        self.client = client
        self.token = None

    def ask(self, method, path, body=None):
        headers = {} if self.token is None else {"X-Session-Token": self.token}
        ask = getattr(self.client, method)
        answer = ask(f"/_allauth/app/v1/{path}", body or {}, format="json", headers=headers)
        self.token = answer.json().get("meta", {}).get("session_token", self.token)
        return answer

    def log_in(self, password=PASSWORD):
        return self.ask("post", "auth/login", {"username": "ada", "password": password})

    def log_in_socially(self, **account):
        token = {"client_id": "dummy", "id_token": json.dumps(account)}
        body = {"provider": "dummy", "process": "login", "token": token}
        return self.ask("post", "auth/provider/token", body)


def unavailable(*_, **__):
    raise ServiceUnavailable


@pytest.fixture
def app(kit):
    return App(kit)


@pytest.fixture
def logged_in(app, user):
    return app.log_in().json()["meta"]


class TestALogin:
    def test_answers_our_tokens(self, kit, logged_in):
        assert kit.get_with(logged_in["access_token"]).status_code == 200
        assert kit.refresh(logged_in["refresh_token"]).status_code == 200
        assert logged_in["expires_in"] == 900

    def test_begins_a_session_of_its_device(self, app, kit, user):
        kit.defaults["HTTP_USER_AGENT"] = "Ada's phone"

        app.log_in()

        assert Session.objects.get().user_agent == "Ada's phone"

    def test_a_wrong_password_begins_none(self, app, user):
        assert app.log_in("wrong").status_code == 400
        assert not Session.objects.exists()

    def test_is_the_only_door(self, kit, user):
        assert kit.post_json("", {"username": "ada", "password": PASSWORD}).status_code == 404

    def test_answers_them_once(self, app, logged_in):
        again = app.ask("get", "auth/session")

        assert again.status_code == 200
        assert "access_token" not in again.json()["meta"]
        assert Session.objects.count() == 1

    def test_a_browser_has_djangos_session_and_none_of_ours(self, client, user):
        body = {"username": "ada", "password": PASSWORD}
        answer = client.post("/_allauth/browser/v1/auth/login", body, "application/json")

        assert answer.status_code == 200
        assert "access_token" not in str(answer.json())
        assert not Session.objects.exists()


class TestABrowserThatCanBind:
    @pytest.fixture(autouse=True)
    def on(self, settings):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}

    def test_is_not_asked_where_the_tokens_are_in_the_body(self, app, user):
        answer = app.log_in()

        assert answer.json()["meta"]["access_token"]
        assert "Secure-Session-Registration" not in answer

    def test_lets_no_copy_be_refreshed_there(self, app, logged_in):
        challenge = bound.challenge_to_bind(logged_in["refresh_token"])
        binding.bind(logged_in["refresh_token"], forgery.of_a_device(challenge))

        answer = app.ask("post", "tokens/refresh", {"refresh_token": logged_in["refresh_token"]})

        assert answer.status_code == 400
        assert Session.objects.get().revoked_at is None


class TestARefresh:
    def test_rotates(self, app, kit, logged_in):
        first = logged_in["refresh_token"]
        answer = app.ask("post", "tokens/refresh", {"refresh_token": first}).json()["data"]

        assert kit.get_with(answer["access_token"]).status_code == 200
        assert answer["refresh_token"] != first
        assert Session.objects.get().generation == 1

    def test_an_ended_session_is_refused(self, app, logged_in):
        sessions.revoke(Session.objects.get())
        app.token = None

        answer = app.ask("post", "tokens/refresh", {"refresh_token": logged_in["refresh_token"]})

        assert answer.status_code == 400

    def test_the_token_stays_where_none_rotate(self, app, kit, logged_in):
        with override_settings(DRF_JWT_KIT={"ROTATE_REFRESH_TOKENS": False}):
            body = {"refresh_token": logged_in["refresh_token"]}
            answer = app.ask("post", "tokens/refresh", body).json()["data"]

            assert set(answer) == {"access_token"}
            assert kit.get_with(answer["access_token"]).status_code == 200


class TestARefusalOfOurs:
    @override_settings(SIMPLE_JWT={"USER_AUTHENTICATION_RULE": "tests.allauth.rules.nobody"})
    def test_who_may_not_log_in_is_not_logged_in_there(self, app, user):
        answer = app.log_in()

        assert answer.status_code == 401
        assert not Session.objects.exists()

    def test_a_database_that_is_away_is_no_bad_token(self, app, logged_in, monkeypatch):
        app.token = None
        monkeypatch.setattr(sessions, "refresh", unavailable)
        answer = app.ask("post", "tokens/refresh", {"refresh_token": logged_in["refresh_token"]})

        assert answer.status_code == 503
        assert answer.json()["code"] == "temporarily_unavailable"
        assert answer.headers["Retry-After"]

    def test_nobody_is_let_in_or_out_while_nobody_can_tell(self, app, logged_in, monkeypatch):
        monkeypatch.setattr(carried, "has_ended", unavailable)

        assert app.ask("get", "auth/session").status_code == 503


class TestASocialLogin:
    def test_signs_up_and_answers_our_tokens(self, app, kit, db):
        done = app.log_in_socially(id=7, username="grace", email="grace@example.com")

        assert kit.get_with(done.json()["meta"]["access_token"]).status_code == 200
        assert Session.objects.get().user == get_user_model().objects.get(username="grace")

    def test_logs_in_who_has_signed_up(self, app, kit, db):
        app.log_in_socially(id=7, username="grace", email="grace@example.com")
        app.ask("delete", "auth/session")

        done = App(kit).log_in_socially(id=7)

        assert kit.refresh(done.json()["meta"]["refresh_token"]).status_code == 200
        assert get_user_model().objects.count() == 1

    def test_has_no_tokens_until_the_sign_up_is_complete(self, app, kit, user):
        user.email = "ada@example.com"
        user.save()
        with override_settings(SOCIALACCOUNT_AUTO_SIGNUP=False):
            pending = app.log_in_socially(id=7, username="grace", email="grace@example.com")
            assert (pending.status_code, Session.objects.count()) == (401, 0)

            body = {"username": "hopper", "email": "grace@example.com"}
            done = app.ask("post", "auth/provider/signup", body)

        assert kit.get_with(done.json()["meta"]["access_token"]).status_code == 200
        assert Session.objects.get().user.username == "hopper"

    def test_asks_for_the_second_factor(self, app, kit, db):
        app.log_in_socially(id=7, username="grace", email="grace@example.com")
        app.ask("delete", "auth/session")
        TOTP.activate(get_user_model().objects.get(), generate_totp_secret())

        pending = App(kit).log_in_socially(id=7)

        assert pending.status_code == 401
        assert not Session.objects.filter(revoked_at=None).exists()

    @pytest.mark.parametrize("first", ["ada", "grace"])
    def test_ends_the_session_before_and_begins_another(self, app, kit, user, first):
        before = app.log_in() if first == "ada" else app.log_in_socially(id=7, username=first)

        again = app.log_in_socially(id=7, username="grace")

        assert kit.get_with(again.json()["meta"]["access_token"]).status_code == 200
        assert kit.get_with(before.json()["meta"]["access_token"]).status_code == 401


class TestALoginOverTheSessionOfAnother:
    """With a passkey allauth logs in whoever has it, without a logout of who was logged in."""

    @pytest.fixture
    def passkey(self, other_user, monkeypatch):
        shown = Authenticator.objects.create(user=other_user, type="webauthn", data={})
        monkeypatch.setattr(LoginWebAuthnInput, "clean_credential", lambda form: shown)
        return {"credential": {"id": "key"}}

    def test_ends_the_others(self, app, kit, user, logged_in, passkey):
        answer = app.ask("post", "auth/webauthn/login", passkey)

        assert kit.get_with(answer.json()["meta"]["access_token"]).status_code == 200
        assert kit.get_with(logged_in["access_token"]).status_code == 401
        assert Session.objects.get(user=user).revoked_reason == RevokedReason.REPLACED

    @override_settings(SIMPLE_JWT={"USER_AUTHENTICATION_RULE": "tests.allauth.rules.only_ada"})
    def test_ends_it_also_where_that_login_is_refused(self, app, logged_in, passkey):
        assert app.ask("post", "auth/webauthn/login", passkey).status_code == 401
        assert Session.objects.get().revoked_reason == RevokedReason.REPLACED


class TestItsPageOfSessions:
    @pytest.fixture(autouse=True)
    def adapter(self, settings):
        settings.USERSESSIONS_ADAPTER = "drf_jwt_kit.contrib.allauth.UserSessionsAdapter"

    @pytest.fixture
    def there(self, kit, logged_in):
        return App(kit).log_in().json()["meta"]

    def end_the_other(self, app):
        (other,) = [
            one["id"]
            for one in app.ask("get", "auth/sessions").json()["data"]
            if not one["is_current"]
        ]
        return app.ask("delete", "auth/sessions", {"sessions": [other]})

    def test_ends_our_session_too(self, app, kit, logged_in, there):
        assert self.end_the_other(app).status_code == 200

        assert kit.get_with(there["access_token"]).status_code == 401
        assert kit.refresh(there["refresh_token"]).status_code == 401
        assert kit.get_with(logged_in["access_token"]).status_code == 200

    def test_ends_neither_where_the_database_is_away(self, app, kit, logged_in, there, monkeypatch):
        with monkeypatch.context() as away:
            away.setattr(end, "revoke", unavailable)
            assert self.end_the_other(app).status_code == 503

        assert kit.get_with(there["access_token"]).status_code == 200
        assert len(app.ask("get", "auth/sessions").json()["data"]) == 2


class TestWhileAllauthAsksForMore:
    def test_a_second_factor_comes_before_the_tokens(self, app, kit, user):
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)

        pending = app.log_in()
        assert pending.status_code == 401
        assert "access_token" not in str(pending.json())
        assert not Session.objects.exists()

        code = RecoveryCodes(user.authenticator_set.get(type="recovery_codes")).get_unused_codes()
        done = app.ask("post", "auth/2fa/authenticate", {"code": code[0]})
        assert kit.get_with(done.json()["meta"]["access_token"]).status_code == 200

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_a_new_user_confirms_the_address_before(self, app, kit, db):
        body = {"username": "grace", "password": PASSWORD, "email": "grace@example.com"}

        pending = app.ask("post", "auth/signup", body)
        assert pending.status_code == 401
        assert not Session.objects.exists()

        code = re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[0].body, re.MULTILINE).group()
        done = app.ask("post", "auth/email/verify", {"key": code})
        assert done.status_code == 200
        assert kit.get_with(done.json()["meta"]["access_token"]).status_code == 200

    def test_who_signs_up_without_has_tokens_at_once(self, app, kit, db):
        body = {"username": "grace", "password": PASSWORD}

        done = app.ask("post", "auth/signup", body)

        assert kit.get_with(done.json()["meta"]["access_token"]).status_code == 200
        assert Session.objects.get().user == get_user_model().objects.get(username="grace")


class TestTheEnd:
    def test_logging_out_there_ends_our_session(self, app, kit, logged_in):
        assert app.ask("delete", "auth/session").status_code == 401  # nobody is logged in now

        assert Session.objects.get().revoked_reason == RevokedReason.LOGOUT
        assert kit.get_with(logged_in["access_token"]).status_code == 401
        assert kit.refresh(logged_in["refresh_token"]).status_code == 401

    def test_a_logout_in_doubt_is_503_and_logs_nobody_out(self, app, kit, logged_in, monkeypatch):
        with monkeypatch.context() as away:
            away.setattr(end, "revoke", unavailable)
            answer = app.ask("delete", "auth/session")

        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert answer.json()["code"] == "temporarily_unavailable"
        assert app.ask("get", "auth/session").status_code == 200
        assert kit.get_with(logged_in["access_token"]).status_code == 200

    def test_spares_other_devices(self, app, kit, user, logged_in):
        other = App(kit)
        there = other.log_in().json()["meta"]

        app.ask("delete", "auth/session")

        assert kit.get_with(there["access_token"]).status_code == 200

    @pytest.mark.parametrize("by", ["its owner", "us"])
    def test_our_end_is_one_there_too(self, app, kit, logged_in, by):
        if by == "us":
            sessions.revoke(Session.objects.get())
        else:
            kit.logout(logged_in["refresh_token"])

        assert app.ask("get", "auth/session").status_code == 410

    def test_a_user_that_is_gone_has_none(self, app, user, logged_in):
        Session.objects.all().delete()

        assert app.ask("get", "auth/session").status_code == 410

    @pytest.mark.parametrize("broken", ["x", 5, [], "0" * 32])
    def test_what_is_broken_carries_one_that_has_ended(self, app, logged_in, broken):
        django_session = session_store(app.token)
        django_session["_drf_jwt_kit_session"] = broken
        django_session.save()

        assert app.ask("get", "auth/session").status_code == 410

    def test_a_session_token_that_allauth_does_not_know(self, app, db):
        app.token = "nobody's"

        assert app.ask("get", "auth/session").status_code == 410

    def test_any_logout_of_that_django_session_ends_ours(self, app, client, logged_in, settings):
        client.cookies[settings.SESSION_COOKIE_NAME] = app.token

        client.logout()

        assert Session.objects.get().revoked_reason == RevokedReason.LOGOUT

    def test_a_logout_of_a_session_without_ours_changes_nothing(self, client, user, logged_in):
        client.force_login(user)
        client.logout()

        assert Session.objects.get().revoked_at is None


class TestANewPassword:
    def test_keeps_the_session_that_it_was_given_in(self, app, kit, user, logged_in):
        other = App(kit)
        there = other.log_in().json()["meta"]
        body = {"current_password": PASSWORD, "new_password": NEW}

        assert app.ask("post", "account/password/change", body).status_code == 200

        assert kit.get_with(logged_in["access_token"]).status_code == 200
        assert kit.get_with(there["access_token"]).status_code == 401


class TestTheCheck:
    def said(self):
        return [one for one in run_checks() if one.id == "drf_jwt_kit.W053"]

    def test_is_content_without_our_login(self):
        assert self.said() == []

    @pytest.mark.parametrize(
        "door", ["header", "cookie", "nested", "subclass", "dj_rest_auth", "dj_rest_auth_alone"]
    )
    def test_finds_our_login_by_password(self, settings, door):
        settings.ROOT_URLCONF = f"tests.allauth.doors.{door}"

        (said,) = self.said()

        assert "allauth.mfa" in said.msg
        assert "without_login" in said.hint

    @pytest.mark.parametrize("door", ["hooked", "own", "choosing", "cookie_without", "odd"])
    def test_is_content_where_more_is_asked(self, settings, door):
        settings.ROOT_URLCONF = f"tests.allauth.doors.{door}"

        assert self.said() == []

    def test_is_content_with_the_hook_in_the_settings(self, settings):
        settings.ROOT_URLCONF = "tests.allauth.doors.header"
        settings.SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": "tests.allauth.doors.hooked.Asking"}

        assert self.said() == []

    @pytest.mark.parametrize("door", ["anew", "anew_by_cookie", "anew_beside_hooked"])
    def test_finds_a_password_alone_that_makes_a_login_younger(self, settings, door):
        settings.ROOT_URLCONF = f"tests.allauth.doors.{door}"

        (said,) = self.said()

        assert "a URL with our reauthenticate/: to it the password is proof enough" in said.msg

    def test_says_it_once_of_a_set_with_both(self, settings):
        settings.ROOT_URLCONF = "tests.allauth.doors.header"

        (said,) = self.said()

        assert "our login by password and reauthenticate/:" in said.msg

    def test_is_content_where_a_project_chooses_what_proves_a_user_anew(self, settings):
        settings.ROOT_URLCONF = "tests.allauth.doors.anew_choosing"

        assert self.said() == []

    @pytest.mark.parametrize("door", ["anew", "anew_beside_hooked", "dj_rest_auth"])
    def test_is_content_at_each_door_with_the_hook_in_the_settings(self, settings, door):
        settings.ROOT_URLCONF = f"tests.allauth.doors.{door}"
        settings.SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": "tests.allauth.doors.hooked.Asking"}

        assert self.said() == []

    def test_leaves_a_serializer_that_is_not_there_to_another_check(self, settings):
        settings.ROOT_URLCONF = "tests.allauth.doors.header"
        settings.SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": "tests.allauth.nowhere.Serializer"}

        assert self.said() == []

    def test_names_another_package_for_codes(self, settings, monkeypatch):
        settings.ROOT_URLCONF = "tests.allauth.doors.header"
        monkeypatch.setattr(apps, "is_installed", lambda name: name == "django_otp")

        (said,) = self.said()

        assert "The project has django_otp, and" in said.msg

    def test_names_a_confirmed_address(self, settings):
        settings.ROOT_URLCONF = "tests.allauth.doors.header"
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

        (said,) = self.said()

        assert "allauth.mfa and ACCOUNT_EMAIL_VERIFICATION = 'mandatory'" in said.msg
