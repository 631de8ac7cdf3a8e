"""dj-rest-auth's endpoints begin and end our sessions."""

import pytest
from dj_rest_auth.app_settings import api_settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import include, path
from rest_framework.exceptions import AuthenticationFailed

from drf_jwt_kit import sessions
from drf_jwt_kit.contrib.dj_rest_auth import views
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.views import CookieObtainView
from tests.conftest import PASSWORD, SignedIn, claims_of
from tests.flows.browser import Browser, credentials
from tests.flows.device import offered

pytestmark = pytest.mark.django_db
NEW = "a staple of quite new horses"


def log_in(kit, password=PASSWORD, **headers):
    body = {"username": "ada", "password": password}
    return kit.post("/auth/login/", body, format="json", headers=headers)


@pytest.fixture
def logged_in(kit, user):
    answer = log_in(kit).json()
    return SignedIn(access=answer["access"], refresh=answer["refresh"])


def test_its_login_begins_a_session_of_ours(kit, user, logged_in):
    assert kit.get_with(logged_in.access).status_code == 200
    assert logged_in.session.user == user
    assert kit.rotate(logged_in.refresh).access


def test_a_session_of_its_login_knows_the_device(kit, user):
    log_in(kit, **{"user-agent": "Firefox of Ada's"})

    session = Session.objects.get()
    assert (session.user_agent, session.ip) == ("Firefox of Ada's", "127.0.0.1")


class WithScope(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["scope"] = "orders:read"
        token["shop"] = user.username
        return token


def test_what_get_token_sets_is_as_after_a_login_here(kit, user, settings):
    settings.SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": f"{__name__}.WithScope"}
    answer = log_in(kit).json()
    theirs = SignedIn(access=answer["access"], refresh=answer["refresh"])
    ours = kit.sign_in(user)

    for one in (theirs, kit.rotate(theirs.refresh)):
        assert (claims_of(one.access)["shop"], claims_of(one.access)["scope"]) == (
            "ada",
            "orders:read",
        )
    remembered = ("scope", "scope_source", "obtain_serializer")
    assert [getattr(theirs.session, name) for name in remembered] == [
        getattr(ours.session, name) for name in remembered
    ]


def test_a_wrong_password_begins_nothing(kit, user):
    assert log_in(kit, "wrong").status_code == 400
    assert not Session.objects.exists()


def test_its_registration_begins_a_session_of_ours(kit, db):
    body = {"username": "grace", "email": "g@example.com", "password1": NEW, "password2": NEW}

    answer = kit.post("/auth/registration/", body, format="json")

    assert answer.status_code == 201
    assert kit.get_with(answer.json()["access"]).status_code == 200


def test_its_user_endpoint_reads_our_tokens(kit, logged_in):
    assert kit.get_with(logged_in.access, "/auth/user/").json()["username"] == "ada"


def test_its_refresh_and_verify_are_ours(kit, logged_in):
    answer = kit.post("/auth/token/refresh/", {"refresh": logged_in.refresh}, format="json")

    assert kit.get_with(answer.json()["access"]).status_code == 200
    assert logged_in.session.generation == 1
    verified = kit.post("/auth/token/verify/", {"token": answer.json()["access"]}, format="json")
    assert verified.status_code == 200


def test_a_new_password_at_its_endpoint_ends_the_sessions(kit, user, logged_in):
    other = kit.sign_in(user)
    body = {"new_password1": NEW, "new_password2": NEW}

    answer = kit.post(
        "/auth/password/change/",
        body,
        format="json",
        headers={"Authorization": f"Bearer {logged_in.access}"},
    )

    assert (answer.status_code, answer.json()) == (200, {"detail": "New password has been saved."})
    assert kit.get_with(other.access).status_code == 401
    assert kit.get_with(logged_in.access).status_code == 401
    assert log_in(kit, NEW).status_code == 200


class TestLogout:
    def test_the_refresh_token_in_the_body_ends_its_session(self, kit, logged_in):
        answer = kit.post("/auth/logout/", {"refresh": logged_in.refresh}, format="json")

        assert answer.status_code == 200
        assert answer.json() == {"detail": "Successfully logged out."}
        assert kit.get_with(logged_in.access).status_code == 401
        assert kit.refresh(logged_in.refresh).status_code == 401
        assert logged_in.session.revoked_reason == RevokedReason.LOGOUT

    def test_the_access_token_in_the_header_ends_it_too(self, kit, logged_in):
        headers = {"Authorization": f"Bearer {logged_in.access}"}

        assert kit.post("/auth/logout/", headers=headers).status_code == 200

        assert kit.refresh(logged_in.refresh).status_code == 401

    def test_tokens_in_its_cookies_end_it_and_are_cleared(self, kit, logged_in, monkeypatch):
        monkeypatch.setattr(api_settings, "JWT_AUTH_COOKIE", "its-access")
        monkeypatch.setattr(api_settings, "JWT_AUTH_REFRESH_COOKIE", "its-refresh")
        kit.cookies["its-refresh"] = logged_in.refresh

        answer = kit.post("/auth/logout/")

        assert answer.status_code == 200
        assert answer.cookies["its-refresh"].value == ""
        assert kit.refresh(logged_in.refresh).status_code == 401

    @pytest.mark.parametrize("body", [None, {"refresh": ""}, {"refresh": ["a", "list"]}, ["list"]])
    def test_a_request_without_a_token_is_refused(self, kit, logged_in, body):
        assert kit.post("/auth/logout/", body, format="json").status_code == 401

    def test_a_token_of_nobody_is_refused(self, kit, logged_in):
        answer = kit.post("/auth/logout/", {"refresh": "nonsense"}, format="json")

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
        assert kit.get_with(logged_in.access).status_code == 200

    def test_a_link_logs_nobody_out(self, kit, logged_in):
        headers = {"Authorization": f"Bearer {logged_in.access}"}

        assert kit.get("/auth/logout/", headers=headers).status_code == 405


class TestWithItsDjangoSession:
    @pytest.fixture(autouse=True)
    def session_login(self, monkeypatch):
        monkeypatch.setattr(api_settings, "SESSION_LOGIN", True)

    @pytest.fixture
    def browser(self, user):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(user)
        return browser

    def test_a_token_ends_both(self, kit, user, browser):
        tokens = kit.sign_in(user)

        answer = browser.post("/auth/logout/", headers={"Authorization": f"Bearer {tokens.access}"})

        assert answer.status_code == 200
        assert "_auth_user_id" not in browser.session
        assert kit.get_with(tokens.access).status_code == 401

    def test_another_site_does_not_end_it(self, browser):
        assert browser.post("/auth/logout/").status_code == 403
        assert "_auth_user_id" in browser.session

    def test_nobody_is_logged_out_without_a_word(self, kit, db):
        assert kit.post("/auth/logout/").status_code == 200


class TestWhatABrowserAddsByItself:
    @pytest.fixture(autouse=True)
    def settings_of_theirs(self, monkeypatch):
        monkeypatch.setattr(api_settings, "SESSION_LOGIN", True)
        monkeypatch.setattr(api_settings, "JWT_AUTH_COOKIE", "jwt-access")
        monkeypatch.setattr(api_settings, "JWT_AUTH_REFRESH_COOKIE", "jwt-refresh")

    @pytest.fixture
    def browser(self, user):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(user)
        return browser

    def test_another_site_ends_no_django_session_with_a_token_of_its_own(
        self, kit, other_user, browser
    ):
        sent = {"refresh": kit.sign_in(other_user).refresh}

        assert browser.post("/auth/logout/", sent).status_code == 403
        assert SESSION_KEY in browser.session

    def test_another_site_ends_no_session_of_the_cookies(self, signed_in, browser):
        browser.cookies["jwt-refresh"] = signed_in.refresh

        assert browser.post("/auth/logout/").status_code == 403
        assert signed_in.session.revoked_at is None

    def test_a_token_in_the_header_needs_no_csrf_token(self, signed_in, browser):
        bearer = {"Authorization": f"Bearer {signed_in.access}"}

        assert browser.post("/auth/logout/", headers=bearer).status_code == 200
        assert SESSION_KEY not in browser.session

    def test_an_old_cookie_keeps_nobody_logged_in(self, user):
        browser = Client()
        browser.force_login(user)
        browser.cookies["jwt-access"] = "old.junk.token"

        answer = browser.post("/auth/logout/")

        assert answer.status_code == 200
        assert SESSION_KEY not in browser.session
        assert answer.cookies["jwt-access"]["max-age"] == 0

    def test_a_cookie_in_doubt_is_asked_again(self, user, monkeypatch):
        refusal = InvalidToken(final=False)
        monkeypatch.setattr(views, "log_out_each", lambda tokens: (False, tokens and refusal))
        browser = Client()
        browser.cookies["jwt-access"] = "of.another.release"

        assert browser.post("/auth/logout/").status_code == 401


class TestTheLogout:
    def test_a_broken_header_keeps_no_other_token_alive(self, kit, signed_in):
        bad = {"Authorization": "Bearer a b"}

        answer = kit.post(
            "/auth/logout/", {"refresh": signed_in.refresh}, format="json", headers=bad
        )

        assert answer.status_code == 401
        assert signed_in.session.revoked_at is not None

    def test_each_token_of_a_form_ends_its_session(self, kit, user):
        both = [kit.sign_in(user), kit.sign_in(user)]

        assert (
            kit.post("/auth/logout/", {"refresh": [one.refresh for one in both]}).status_code == 200
        )
        assert all(one.session.revoked_at for one in both)

    @pytest.mark.parametrize("body", [[], "text", {"refresh": 7}, {"refresh": None}, {}])
    def test_a_body_without_a_token_is_nobodys(self, kit, db, body):
        assert kit.post("/auth/logout/", body, format="json").status_code == 401


class TestSomebodyWhoActsAsTheUser:
    @pytest.fixture
    def acting(self, user, other_user):
        pair = sessions.start(user, actor=other_user, reason="Ticket 4711")
        return {"Authorization": f"Bearer {pair.access}"}

    def test_changes_no_password(self, kit, user, acting):
        body = {"new_password1": NEW, "new_password2": NEW}

        answer = kit.post("/auth/password/change/", body, format="json", headers=acting)

        assert answer.status_code == 403
        user.refresh_from_db()
        assert user.check_password(PASSWORD)

    def test_sees_the_user_and_changes_nothing(self, kit, acting):
        assert kit.get("/auth/user/", headers=acting).json()["username"] == "ada"
        body = {"username": "stolen"}

        assert kit.patch("/auth/user/", body, format="json", headers=acting).status_code == 403


class EnterSerializer(api_settings.LOGIN_SERIALIZER):
    def validate(self, attrs):
        user = super().validate(attrs)["user"]
        return sessions.start(user, self.context["request"]).as_data()


class EnterPageView(CookieObtainView):
    serializer_class = EnterSerializer


class TestABrowserThatCanBind:
    @pytest.fixture(autouse=True)
    def on(self, settings):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}

    def test_is_asked_by_a_login_into_our_cookies(self, user, settings):
        enter = path("auth/enter/", EnterPageView.as_view())
        settings.ROOT_URLCONF = (enter, path("api/auth/", include("drf_jwt_kit.urls.cookie")))

        answer = Browser().send("post", "/auth/enter/", credentials(user))

        assert offered(answer)[0] == "/api/auth/bind/"

    @pytest.mark.parametrize("cookie", [None, "jwt-access"])
    def test_is_not_asked_by_its_own_login_nor_for_its_own_cookies(
        self, kit, user, cookie, monkeypatch
    ):
        monkeypatch.setattr(api_settings, "JWT_AUTH_COOKIE", cookie)

        answer = log_in(kit)

        assert ("jwt-access" in answer.cookies) is bool(cookie)
        assert "Secure-Session-Registration" not in answer


class Asking(TokenObtainPairSerializer):
    def password_accepted(self, user):
        raise AuthenticationFailed("Enter the code.", code="code_required")


def test_its_login_asks_what_ours_asks_after_the_password(kit, user, settings):
    settings.SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": f"{__name__}.Asking"}

    assert log_in(kit).status_code == 401
    assert not Session.objects.exists()
