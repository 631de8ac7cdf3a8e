"""COOKIE_REFRESH_ONLY: the refresh token in its cookie, the access token in the body."""

import re

import pytest
from django.urls import path
from rest_framework.response import Response

from drf_jwt_kit import views
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from tests.conftest import claims_of

from .browser import ACCESS, REFRESH, cleared
from .test_no_token_in_a_body import SHAPES, log_in
from .test_no_token_in_a_body import urlpatterns as shaped_urlpatterns


class RefusingLate(views.CookieObtainView):
    """Answers what ours has answered as a refusal."""

    def post(self, request, *args, **kwargs):
        return Response(super().post(request).data, status=403)


class EchoSerializer(TokenRefreshSerializer):
    """Calls the browser's refresh token an access token."""

    def validate(self, attrs):
        super().validate(attrs)
        return {"access": attrs["refresh"]}


class EchoOfALogin(TokenObtainPairSerializer):
    """The same, of whoever asks."""

    def validate(self, attrs):
        return {"access": self.context["request"].COOKIES[REFRESH]}


urlpatterns = [
    *shaped_urlpatterns,
    path("RefusingLate/", RefusingLate.as_view()),
    path("echo/", views.CookieRefreshView.as_view(serializer_class=EchoSerializer)),
    path("echo/login/", views.CookieObtainView.as_view(serializer_class=EchoOfALogin)),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def two_cookies(logged_in):
    """A browser that was logged in before the setting was."""
    return logged_in


@pytest.fixture
def alone(settings):
    settings.DRF_JWT_KIT = {"COOKIE_REFRESH_ONLY": True}


@pytest.fixture
def page(browser, user, alone):
    """A browser that has logged in, and the access token that its page got."""
    browser.access = browser.log_in(user).json()["access"]
    return browser


def bearer(access):
    return {"headers": {"Authorization": f"Bearer {access}"}}


class TestALogin:
    def test_answers_the_access_token_and_both_lifetimes(self, browser, user, alone, clock):
        body = browser.log_in(user).json()

        assert claims_of(body.pop("access"))["token_type"] == "access"
        assert body == {"expires_in": 900, "refresh_expires_in": 86400}

    def test_sets_the_refresh_cookie_and_no_other_of_ours(self, page):
        assert (page.held(REFRESH) != "", page.held(ACCESS)) == (True, "")

    def test_the_access_token_is_good_in_the_header(self, page):
        assert page.get("/api/secure/").status_code == 401
        assert page.get("/api/secure/", **bearer(page.access)).status_code == 200

    def test_a_new_csrf_token_is_given(self, browser, user, alone):
        before = browser.get("/api/auth/csrf/").cookies["csrftoken"].value

        assert browser.log_in(user).cookies["csrftoken"].value != before

    def test_an_access_cookie_of_before_is_cleared(self, two_cookies, user, alone):
        assert cleared(two_cookies.log_in(user)) == {ACCESS}

    def test_a_login_ends_the_session_that_the_browser_was_in(self, page, user):
        page.log_in(user)

        reasons = Session.objects.order_by("created_at").values_list("revoked_reason", flat=True)
        assert list(reasons) == [RevokedReason.REPLACED, ""]

    @pytest.mark.parametrize("shape", SHAPES)
    def test_no_refresh_token_is_in_a_body_of_any_shape(self, browser, user, alone, shape):
        answer = log_in(browser, user, f"shaped/{shape}")

        found = set(re.findall(r"eyJ[\w.-]+", answer.content.decode()))
        assert {claims_of(one)["token_type"] for one in found} <= {"access"}
        assert len(found) <= 1

    @pytest.mark.parametrize("name", ["WithAnother", "AskingAnother"])
    def test_no_other_access_token_is_in_it(self, two_cookies, user, alone, name):
        answer = log_in(two_cookies, user, name).json()

        assert answer["other"] in ["", {"access": "", "refresh": ""}]
        assert answer.get("was", "") == ""
        assert two_cookies.get("/api/secure/", **bearer(answer["access"])).status_code == 200

    def test_the_token_stays_where_it_stands_alone(self, browser, user, alone):
        body = log_in(browser, user, "shaped/joined to words").json()

        assert (body["a"], claims_of(body["access"])["token_type"]) == ("", "access")

    @pytest.mark.parametrize("name", ["Refusing", "RefusingLate"])
    def test_a_refusal_has_none(self, browser, user, alone, name):
        answer = log_in(browser, user, name)

        assert (answer.status_code, b"eyJ" in answer.content) == (403, False)


class TestARefresh:
    def test_answers_the_next_access_token(self, page):
        body = page.refresh().json()

        assert set(body) == {"access", "expires_in", "refresh_expires_in"}
        assert page.get("/api/secure/", **bearer(body["access"])).status_code == 200

    def test_rotates_the_cookie(self, page):
        page.refresh()

        assert claims_of(page.held(REFRESH))["gen"] == 1
        assert page.held(ACCESS) == ""

    def test_a_repeated_answer_does_not_set_the_cookie_again(self, page, clock):
        page.refresh()
        again = page.refresh()

        assert REFRESH not in again.cookies
        assert "access" in again.json()

    def test_a_refusal_clears_the_cookie_and_answers_no_token(self, page):
        page.send("post", "/api/auth/logout/")
        page.cookies[REFRESH] = "eyJ.eyJ.eyJ"

        answer = page.refresh()

        assert (answer.status_code, b"access" in answer.content) == (401, False)

    def test_a_request_of_another_site_is_refused(self, page):
        answer = page.refresh(Origin="https://evil.example", Sec_Fetch_Site="cross-site")

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_the_sessions_of_the_user_are_listed_by_the_header(page):
    assert len(page.get("/api/auth/sessions/", **bearer(page.access)).json()) == 1


def test_logging_out_ends_the_session_of_the_cookie(page):
    page.send("post", "/api/auth/logout/")

    assert Session.objects.get().revoked_reason == RevokedReason.LOGOUT
    assert page.get("/api/secure/", **bearer(page.access)).status_code == 401


@pytest.mark.parametrize("place", ["/echo/", "/echo/login/"])
@pytest.mark.parametrize("only", [True, False])
def test_a_refresh_token_is_no_access_token_by_that_name(logged_in, user, settings, place, only):
    settings.DRF_JWT_KIT = {"COOKIE_REFRESH_ONLY": only}
    held = logged_in.held(REFRESH)

    answer = logged_in.send("post", place, {"username": user.get_username(), "password": "any"})

    assert held not in answer.content.decode()
    assert logged_in.held(ACCESS) != held


def test_an_access_cookie_of_before_is_not_read(two_cookies, settings):
    settings.DRF_JWT_KIT = {"COOKIE_REFRESH_ONLY": True}
    settings.REST_FRAMEWORK = {
        "DEFAULT_AUTHENTICATION_CLASSES": ["drf_jwt_kit.authentication.JWTCookieAuthentication"]
    }

    assert two_cookies.held(ACCESS)
    assert two_cookies.get("/api/secure/").status_code == 401
