"""Whose request is it, where a browser sends a cookie: stale, planted, or beside a header?"""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import RequestFactory, override_settings
from rest_framework.authentication import BasicAuthentication
from rest_framework.permissions import IsAdminUser
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTCookieAuthentication, JWTStatelessAuthentication
from drf_jwt_kit.exceptions import CSRFFailed
from drf_jwt_kit.mixins import SecureViewMixin
from tests.conftest import PASSWORD
from tests.keys import conftest as of_keys
from tests.keys.material import private_pem

from .browser import (
    ACCESS,
    REFRESH,
    Browser,
    cookies_of,
    credentials,
    session_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]
later = of_keys.later


class TestAStaleCookie:
    @pytest.fixture(params=["expired", "ended", "broken", "of a refresh token"])
    def stale(self, clock, request, logged_in):
        if request.param == "expired":
            clock.shift(timedelta(minutes=16))
        elif request.param == "ended":
            sessions.revoke(session_of(logged_in).pk)
        elif request.param == "broken":
            logged_in.cookies[ACCESS] = "rubbish"
        else:
            logged_in.cookies[ACCESS] = logged_in.held(REFRESH)
        return logged_in

    def test_is_nobody_on_a_public_view(self, stale):
        assert stale.get("/api/public/").json() == {"user": None}

    def test_asks_a_public_view_for_no_proof(self, stale):
        answer = stale.post("/api/public/", content_type="application/json")

        assert (answer.status_code, answer.json()) == (200, {"user": None})

    def test_never_blocks_a_login(self, stale, user):
        stale.log_in(user)

        assert stale.get("/api/secure/").json() == {"user": str(user.pk)}

    def test_never_blocks_a_logout(self, stale):
        assert stale.send("post", "/api/auth/logout/").status_code == 200

    def test_is_401_on_a_plain_view(self, stale):
        assert stale.get("/api/plain/").status_code == 401

    def test_says_why_on_a_view_with_the_mixin(self, stale):
        answer = stale.get("/api/secure/")

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


class TestACookieWhoseKeyCannotBeRead:
    """It may be good again, so the browser keeps it."""

    @pytest.fixture
    def unread(self, browser, user, later):
        answers = [{"key": private_pem()}]
        with override_settings(DRF_JWT_KIT={"KEYS": [lambda: answers[0], "SECRET_KEY"]}):
            browser.log_in(user)
            answers.clear()
            later(3601)
            yield browser

    def test_is_nobody_on_a_public_view(self, unread):
        assert unread.get("/api/public/").json() == {"user": None}

    def test_is_503_on_a_view_that_requires_a_user(self, unread):
        answer = unread.get("/api/secure/")

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["code"] == "temporarily_unavailable"

    def test_is_kept(self, unread):
        answers = [unread.get("/api/public/"), unread.get("/api/secure/"), unread.refresh()]

        assert [answer.cookies.keys() for answer in answers] == [{}.keys()] * 3


class ForStaff(SecureViewMixin, APIView):
    authentication_classes = (JWTCookieAuthentication, BasicAuthentication)
    permission_classes = (IsAdminUser,)


def test_a_stale_cookie_is_not_what_keeps_another_kind_of_user_out(user):
    basic = b64encode(f"{user.get_username()}:{PASSWORD}".encode()).decode()
    headers = {"Cookie": f"{ACCESS}=rubbish", "Authorization": f"Basic {basic}"}

    answer = ForStaff.as_view()(RequestFactory().get("/", headers=headers))

    assert (answer.status_code, answer.data["code"]) == (403, "permission_denied")


def test_a_stale_access_cookie_never_blocks_a_refresh(logged_in):
    logged_in.cookies[ACCESS] = "rubbish"

    assert logged_in.refresh().status_code == 200
    assert logged_in.get("/api/secure/").status_code == 200


class TestHeaderAndCookie:
    def test_a_request_with_tokens_of_two_users_is_the_headers(self, logged_in, kit, other_user):
        tokens = kit.post_json("", credentials(other_user)).json()
        headers = {"Authorization": f"Bearer {tokens['access']}"}

        assert logged_in.get("/api/secure/", headers=headers).json() == {"user": str(other_user.pk)}

    def test_need_no_csrf_token(self, logged_in, kit, other_user):
        tokens = kit.post_json("", credentials(other_user)).json()
        headers = {"Authorization": f"Bearer {tokens['access']}"}

        assert logged_in.delete("/api/secure/", headers=headers).status_code == 200

    @pytest.mark.parametrize("header", ["Bearer rubbish", "Bearer", "Bearer a b"])
    def test_never_fall_back_from_a_bad_header(self, logged_in, header):
        answer = logged_in.get("/api/secure/", headers={"Authorization": header})

        assert answer.status_code == 401

    def test_a_request_with_a_header_of_another_scheme_is_the_cookies(self, logged_in, user):
        headers = {"Authorization": "Basic YTpi"}

        assert logged_in.get("/api/secure/", headers=headers).json() == {"user": str(user.pk)}

    def test_answers_vary_by_header_and_cookie(self, logged_in):
        assert {"Authorization", "Cookie"} <= set(logged_in.get("/api/secure/")["Vary"].split(", "))


class TestAPlainViewThatIsCached:
    """Where Django's sessions would have told caches, too: SecureViewMixin forbids them at all."""

    @pytest.fixture(autouse=True)
    def emptied(self):
        yield
        cache.clear()

    def test_answers_nobody_with_the_page_of_a_browsers_user(self, logged_in, user):
        assert logged_in.get("/api/cached/").json() == {"user": str(user.pk)}

        assert Browser().get("/api/cached/").json() == {"user": None}

    def test_answers_no_browser_with_the_page_of_another(self, logged_in, other_user):
        logged_in.get("/api/cached/")
        other = Browser()
        other.log_in(other_user)

        assert other.get("/api/cached/").json() == {"user": str(other_user.pk)}

    def test_answers_nobody_with_the_page_of_a_header(self, kit, user):
        tokens = kit.post_json("", credentials(user)).json()
        Browser().get("/api/cached/", headers={"Authorization": f"Bearer {tokens['access']}"})

        assert Browser().get("/api/cached/").json() == {"user": None}

    def test_keeps_what_else_it_depends_on(self, logged_in):
        assert logged_in.get("/api/cached/")["Vary"] == "Accept, Authorization, Cookie"


class TestPlantedCookies:
    """By a sibling host, which may set a Domain that is ours as well."""

    @pytest.fixture
    def open_to_siblings(self, settings):
        settings.DRF_JWT_KIT = {"COOKIE_DOMAIN": "testserver"}

    def both(self, browser, name, planted):
        return {"Cookie": f"{name}={browser.held(name)}; {name}={planted}"}

    def test_nobody_is_chosen_from_a_planted_cookie_and_ours(
        self, open_to_siblings, browser, user, other_user
    ):
        browser.log_in(user)
        attacker = Browser()
        attacker.log_in(other_user)
        name = "__Secure-access_token"
        headers = self.both(browser, name, attacker.held(name))

        assert Browser().get("/api/secure/", headers=headers).status_code == 401

    @pytest.mark.parametrize("space", ["\u2000", "\u3000", "\xa0", "\x85", "\x0b", "\x1c"])
    @pytest.mark.parametrize("planted_as", ["{space}{name}", "{name}{space}"])
    def test_planted_cookies_named_like_ours_but_for_odd_spaces_are_not_read(
        self, logged_in, user, other_user, space, planted_as
    ):
        attacker = Browser()
        attacker.log_in(other_user)
        planted = planted_as.format(space=space, name=ACCESS).encode().decode("latin-1")
        cookies = f"{ACCESS}={logged_in.held(ACCESS)}; {planted}={attacker.held(ACCESS)}"

        answer = Browser().get("/api/secure/", headers={"Cookie": cookies})

        assert answer.json() == {"user": str(user.pk)}

    def test_planted_cookies_that_lack_the_prefix_are_not_read(self, logged_in, user, other_user):
        attacker = Browser()
        attacker.log_in(other_user)
        logged_in.cookies["access_token"] = attacker.held(ACCESS)

        assert logged_in.get("/api/secure/").json() == {"user": str(user.pk)}


def test_a_middleware_may_ask_with_djangos_own_request(logged_in, user):
    access = {"Cookie": f"{ACCESS}={logged_in.held(ACCESS)}"}
    ask = JWTCookieAuthentication().authenticate

    assert ask(RequestFactory().get("/", headers=access))[0] == user
    with pytest.raises(CSRFFailed):
        ask(RequestFactory().post("/", headers=access))


@pytest.mark.parametrize(
    "bases",
    [
        (JWTCookieAuthentication, JWTStatelessAuthentication),
        (JWTStatelessAuthentication, JWTCookieAuthentication),
    ],
)
class TestACookieWithoutAQuery:
    """Both classes in one, in either order."""

    @pytest.fixture
    def asked(self, logged_in, bases):
        request = Request(RequestFactory().get("/", headers={"Cookie": cookies_of(logged_in)}))
        request.accepted_renderer = TemplateHTMLRenderer()
        return type("StatelessCookies", bases, {})(), request

    def test_a_cookie_read_without_a_query_knows_the_user(self, asked, user):
        authentication, request = asked

        found, _ = authentication.authenticate(request)

        assert found.pk == user.pk

    def test_is_nobody_on_a_page_where_the_user_was_deactivated(self, asked, user):
        authentication, request = asked
        type(user).objects.filter(pk=user.pk).update(is_active=False)

        assert authentication.authenticate(request) is None
        assert authentication.refusal.reason == "session_ended"
