"""Tokens in cookies: what a browser is given, what it must show, and what closes nothing."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory, override_settings
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTCookieAuthentication, JWTStatelessAuthentication
from drf_jwt_kit.exceptions import CSRFFailed
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from tests.conftest import claims_of

from .browser import ACCESS, REFRESH, Browser, credentials

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def logged_in(browser, user):
    browser.log_in(user)
    return browser


def session_of(browser):
    return Session.objects.get(pk=claims_of(browser.held(REFRESH))["sid"])


def attributes(answer, name):
    morsel = answer.cookies[name]
    return {key: morsel[key] for key in ("path", "domain", "secure", "httponly", "samesite")}


class TestLogin:
    def test_answers_lifetimes_in_seconds_and_no_token(self, browser, user, clock):
        answer = browser.log_in(user)

        assert answer.json() == {"expires_in": 900, "refresh_expires_in": 86400}

    def test_puts_the_access_token_out_of_reach_of_scripts_and_other_hosts(self, browser, user):
        assert attributes(browser.log_in(user), ACCESS) == {
            "path": "/",
            "domain": "",
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
        }

    def test_keeps_the_refresh_token_from_other_sites_altogether(self, browser, user):
        assert attributes(browser.log_in(user), REFRESH) == {
            "path": "/",
            "domain": "",
            "secure": True,
            "httponly": True,
            "samesite": "Strict",
        }

    def test_has_cookies_that_go_when_their_tokens_do(self, browser, user, clock):
        answer = browser.log_in(user)

        assert answer.cookies[ACCESS]["max-age"] == 900
        assert answer.cookies[REFRESH]["max-age"] == 86400

    def test_is_not_stored_by_any_cache(self, browser, user):
        assert browser.log_in(user)["Cache-Control"] == "no-store"

    def test_lets_the_browser_in(self, logged_in, user):
        assert logged_in.get("/api/secure/").json() == {"user": str(user.pk)}

    def test_voids_the_csrf_token_that_was_known_before(self, browser, user):
        known = browser.get("/api/auth/csrf/").json()["csrf_token"]
        browser.log_in(user)

        answer = browser.send("post", "/api/secure/", X_CSRFToken=known)

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")

    def test_refused_sets_no_cookie(self, browser, user):
        answer = browser.send("post", "/api/auth/", {**credentials(user), "password": "wrong"})

        assert (answer.status_code, answer.json()["code"]) == (401, "no_active_account")
        assert set(answer.cookies) == set()

    def test_ends_the_session_that_the_browser_was_in(self, logged_in, other_user):
        before = session_of(logged_in)

        logged_in.log_in(other_user)

        before.refresh_from_db()
        assert before.revoked_reason == RevokedReason.REPLACED
        assert logged_in.get("/api/secure/").json() == {"user": str(other_user.pk)}

    def test_ends_no_other_device_for_the_limit(self, browser, user, settings):
        settings.DRF_JWT_KIT = {"MAX_SESSIONS_PER_USER": 2}
        elsewhere = Browser()
        elsewhere.log_in(user)
        browser.log_in(user)

        browser.log_in(user)

        assert elsewhere.get("/api/secure/").status_code == 200

    def test_refused_leaves_that_session_alone(self, logged_in, user):
        logged_in.send("post", "/api/auth/", {**credentials(user), "password": "wrong"})

        assert session_of(logged_in).revoked_at is None
        assert logged_in.get("/api/secure/").status_code == 200

    def test_spares_the_users_other_browsers(self, logged_in, user):
        Browser().log_in(user)

        assert logged_in.get("/api/secure/").status_code == 200

    def test_makes_two_queries_and_two_more_for_the_session_before(self, browser, user, queries):
        with queries() as first:
            browser.log_in(user)
        with queries() as second:
            browser.log_in(user)

        assert (len(first), len(second)) == (2, 4)


class TestRefresh:
    def test_puts_the_next_pair_into_the_cookies(self, logged_in):
        before = logged_in.held(REFRESH)

        answer = logged_in.refresh()

        assert (answer.status_code, set(answer.json())) == (
            200,
            {"expires_in", "refresh_expires_in"},
        )
        assert claims_of(logged_in.held(REFRESH))["gen"] == claims_of(before)["gen"] + 1
        assert logged_in.get("/api/secure/").status_code == 200

    def test_reads_no_token_from_the_body(self, browser, user, kit):
        tokens = kit.post_json("", credentials(user)).json()

        answer = browser.send("post", "/api/auth/refresh/", {"refresh": tokens["refresh"]})

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

    def test_collects_a_lost_answer_with_its_retry_key(self, clock, logged_in):
        before = logged_in.held(REFRESH)
        logged_in.refresh(Idempotency_Key="a random key")
        logged_in.cookies[REFRESH] = before
        clock.shift(timedelta(minutes=1))

        assert logged_in.refresh(Idempotency_Key="a random key").status_code == 200

    @pytest.mark.parametrize(
        "broken", ["rubbish", "a.b.c", "\x7f", "ü", "\\000", "x" * 5000, "null", "{}"]
    )
    def test_of_a_broken_cookie_is_401_and_clears_both(self, browser, broken):
        browser.cookies[REFRESH] = broken

        answer = browser.refresh()

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
        assert cleared(answer) == {ACCESS, REFRESH}

    @pytest.mark.parametrize("quoted", [r'"a\000b"', '"   "', '"'])
    def test_of_a_cookie_that_hides_its_bytes_is_401(self, browser, quoted):
        csrf = browser.get("/api/auth/csrf/")
        cookies = f"csrftoken={csrf.cookies['csrftoken'].value}; {REFRESH}={quoted}"

        answer = browser.post(
            "/api/auth/refresh/",
            content_type="application/json",
            headers={
                "Cookie": cookies,
                "Origin": "http://testserver",
                "X-CSRFToken": csrf.json()["csrf_token"],
            },
        )

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")

    def test_without_a_cookie_is_401_and_clears_both(self, browser):
        answer = browser.refresh()

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_of_an_ended_session_clears_both(self, logged_in):
        sessions.revoke(session_of(logged_in).pk)

        answer = logged_in.refresh()

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_clears_them_by_the_attributes_that_they_were_set_with(self, browser):
        answer = browser.refresh()

        assert attributes(answer, ACCESS) | {"httponly": True} == {
            "path": "/",
            "domain": "",
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
        }
        assert answer.cookies[REFRESH]["samesite"] == "Strict"

    def test_unanswered_by_the_database_clears_nothing(self, logged_in, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.sessions.refreshing._store", lambda *args: False)

        answer = logged_in.refresh()

        assert answer.status_code == 503
        assert set(answer.cookies) == set()

    def test_of_another_page_clears_nothing(self, logged_in):
        answer = logged_in.post("/api/auth/refresh/", content_type="application/json")

        assert answer.status_code == 403
        assert set(answer.cookies) == set()

    def test_without_rotation_keeps_the_refresh_cookie(self, clock, logged_in, settings):
        settings.DRF_JWT_KIT = {"ROTATE_REFRESH_TOKENS": False}
        before = logged_in.held(REFRESH)

        answer = logged_in.refresh()

        assert answer.json() == {"expires_in": 900, "refresh_expires_in": 86400}
        assert logged_in.held(REFRESH) == before

    def test_that_a_projects_serializer_refuses_in_simple_jwts_way_clears_both(
        self, logged_in, settings
    ):
        path = "tests.flows.test_cookies.Refusing"
        settings.DRF_JWT_KIT = {"TOKEN_REFRESH_SERIALIZER": path}

        answer = logged_in.refresh()

        assert (answer.status_code, cleared(answer)) == (401, {ACCESS, REFRESH})

    def test_makes_two_queries(self, logged_in, queries):
        with queries() as made:
            logged_in.refresh()

        assert len(made) == 2


def cleared(answer):
    return {name for name, cookie in answer.cookies.items() if cookie["max-age"] == 0}


class TestLogout:
    def test_ends_the_session_and_clears_both(self, logged_in):
        session = session_of(logged_in)

        answer = logged_in.send("post", "/api/auth/logout/")

        session.refresh_from_db()
        assert (answer.status_code, answer.json()) == (200, {})
        assert session.revoked_reason == RevokedReason.LOGOUT
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_works_with_the_access_cookie_alone(self, logged_in):
        session = session_of(logged_in)
        del logged_in.cookies[REFRESH]

        logged_in.send("post", "/api/auth/logout/")

        session.refresh_from_db()
        assert session.revoked_at is not None

    @pytest.mark.parametrize("broken", ["rubbish", "ü", "", "x" * 5000])
    def test_of_broken_cookies_clears_them(self, browser, broken):
        browser.cookies[ACCESS] = browser.cookies[REFRESH] = broken

        answer = browser.send("post", "/api/auth/logout/")

        assert answer.status_code == 200
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_without_cookies_is_no_error(self, browser):
        assert browser.send("post", "/api/auth/logout/").status_code == 200

    def test_of_tokens_that_have_expired_ends_the_session(self, clock, logged_in):
        session = session_of(logged_in)
        clock.shift(timedelta(days=2))

        logged_in.send("post", "/api/auth/logout/")

        session.refresh_from_db()
        assert session.revoked_reason == RevokedReason.LOGOUT

    def test_by_simple_jwts_name(self, logged_in):
        assert cleared(logged_in.send("post", "/api/auth/blacklist/")) == {ACCESS, REFRESH}

    def test_everywhere_clears_both(self, logged_in):
        answer = logged_in.send("post", "/api/auth/logout/all/")

        assert answer.json() == {"ended": 1}
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_everywhere_else_clears_nothing(self, logged_in, user):
        Browser().log_in(user)

        answer = logged_in.send("post", "/api/auth/logout/all/?except=current")

        assert answer.json() == {"ended": 1}
        assert cleared(answer) == set()
        assert logged_in.get("/api/secure/").status_code == 200


class TestSessions:
    def test_are_listed_by_the_cookie(self, logged_in):
        assert [one["current"] for one in logged_in.get("/api/auth/sessions/").json()] == [True]

    def test_one_that_is_ended_from_here_leaves_the_cookies(self, logged_in, user):
        elsewhere = Browser()
        elsewhere.log_in(user)

        answer = logged_in.send("delete", f"/api/auth/sessions/{session_of(elsewhere).pk}/")

        assert (answer.status_code, cleared(answer)) == (204, set())
        assert elsewhere.get("/api/secure/").status_code == 401

    def test_ending_ones_own_clears_them(self, logged_in):
        answer = logged_in.send("delete", f"/api/auth/sessions/{session_of(logged_in).pk}/")

        assert (answer.status_code, cleared(answer)) == (204, {ACCESS, REFRESH})

    @pytest.mark.parametrize("spelt", ["{.hex}", "{{{}}}", "urn:uuid:{}"])
    def test_ending_ones_own_by_another_spelling_clears_them(self, logged_in, spelt):
        path = f"/api/auth/sessions/{spelt.format(session_of(logged_in).pk)}/"

        assert cleared(logged_in.send("delete", path)) == {ACCESS, REFRESH}

    def test_can_be_named(self, logged_in):
        path = f"/api/auth/sessions/{session_of(logged_in).pk}/"

        assert logged_in.send("patch", path, {"name": "laptop"}).json()["name"] == "laptop"


class TestVerify:
    def test_takes_what_the_api_would_take(self, logged_in):
        assert logged_in.send("post", "/api/auth/verify/").json() == {}

    def test_refuses_what_the_api_would_refuse(self, logged_in):
        sessions.revoke(session_of(logged_in).pk)

        answer = logged_in.send("post", "/api/auth/verify/")

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")

    def test_refuses_a_refresh_token_in_the_access_cookie(self, logged_in):
        logged_in.cookies[ACCESS] = logged_in.held(REFRESH)

        answer = logged_in.send("post", "/api/auth/verify/")

        assert (answer.status_code, answer.json()["reason"]) == (401, "wrong_type")

    def test_without_a_cookie_is_401(self, browser):
        assert browser.send("post", "/api/auth/verify/").status_code == 401


class TestCSRFToken:
    def test_is_answered_with_djangos_cookie(self, browser):
        answer = browser.get("/api/auth/csrf/")

        assert set(answer.json()) == {"csrf_token"}
        assert set(answer.cookies) == {"csrftoken"}
        assert answer["Cache-Control"] == "no-store"

    def test_stays_good_when_it_is_asked_for_again(self, logged_in):
        known = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
        logged_in.get("/api/auth/csrf/")

        assert logged_in.send("post", "/api/secure/", X_CSRFToken=known).status_code == 200

    @override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"])
    def test_works_beside_djangos_middleware(self, browser, user):
        browser.log_in(user)

        assert browser.refresh().status_code == 200

    @override_settings(
        CSRF_USE_SESSIONS=True,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    )
    def test_works_where_django_keeps_it_in_its_session(self, browser, user):
        browser.log_in(user)

        assert browser.refresh().status_code == 200


CHANGING = [
    ("post", "/api/auth/"),
    ("post", "/api/auth/refresh/"),
    ("post", "/api/auth/verify/"),
    ("post", "/api/auth/logout/"),
    ("post", "/api/auth/blacklist/"),
    ("post", "/api/auth/logout/all/"),
    ("patch", "/api/auth/sessions/{session}/"),
    ("delete", "/api/auth/sessions/{session}/"),
    ("post", "/api/secure/"),
    ("put", "/api/secure/"),
    ("patch", "/api/secure/"),
    ("delete", "/api/secure/"),
    ("post", "/api/public/"),
]


@pytest.mark.parametrize(("method", "path"), CHANGING)
class TestARequestThatAnotherSiteMayHaveMade:
    def refused(self, browser, method, path, **headers):
        session = session_of(browser)
        body = {**credentials(session.user), "name": "planted"}

        answer = browser.send(method, path.format(session=session.pk), body, **headers)

        after = session_of(browser)
        unchanged = (after.generation, after.revoked_at, after.name) == (0, None, "")
        return (answer.status_code, answer.json()["code"], unchanged, set(answer.cookies))

    REFUSED = (403, "csrf_failed", True, set())

    def test_of_another_origin(self, logged_in, method, path):
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

        assert self.refused(logged_in, method, path, **headers) == self.REFUSED

    def test_of_a_sibling_host_that_is_not_trusted(self, logged_in, method, path):
        headers = {"Origin": "http://blog.testserver", "Sec-Fetch-Site": "same-site"}

        assert self.refused(logged_in, method, path, **headers) == self.REFUSED

    def test_of_an_origin_that_is_hidden(self, logged_in, method, path):
        headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}

        assert self.refused(logged_in, method, path, **headers) == self.REFUSED

    def test_without_the_csrf_token(self, logged_in, method, path):
        assert self.refused(logged_in, method, path, X_CSRFToken="") == self.REFUSED

    def test_with_a_csrf_token_of_somebody_elses(self, logged_in, method, path):
        theirs = Browser().get("/api/auth/csrf/").json()["csrf_token"]

        assert self.refused(logged_in, method, path, X_CSRFToken=theirs) == self.REFUSED


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_without_an_origin_only_a_page_of_ours_passes(logged_in, site):
    token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Sec-Fetch-Site": site}

    answer = logged_in.post("/api/secure/", content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_without_an_origin_a_page_of_ours_passes(logged_in):
    token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Sec-Fetch-Site": "same-origin"}

    answer = logged_in.post("/api/secure/", content_type="application/json", headers=headers)

    assert answer.status_code == 200


def test_without_fetch_metadata_our_own_origin_passes(logged_in):
    assert logged_in.send("post", "/api/secure/", Sec_Fetch_Site="").status_code == 200


@override_settings(CSRF_TRUSTED_ORIGINS=["https://app.testserver"])
@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_a_trusted_sibling_passes(logged_in, user, method, path):
    headers = {"Origin": "https://app.testserver", "Sec-Fetch-Site": "same-site"}
    body = {**credentials(user), "name": "phone"}
    path = path.format(session=session_of(logged_in).pk)

    assert logged_in.send(method, path, body, **headers).status_code in {200, 204}


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_safe_request_needs_no_proof(logged_in, method):
    assert getattr(logged_in, method)("/api/secure/").status_code == 200


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
@pytest.mark.parametrize("path", ["", "refresh/", "logout/", "verify/", "logout/all/"])
def test_a_form_is_415_and_changes_nothing(logged_in, path, content_type):
    token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    body = f"csrfmiddlewaretoken={token}&password=x"

    answer = logged_in.post(
        f"/api/auth/{path}", body, content_type=content_type, headers={**own, "X-CSRFToken": token}
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert session_of(logged_in).revoked_at is None


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "csrf/", 200),
        ("GET", "sessions/", 200),
        ("POST", "refresh/", 200),
        ("POST", "logout/", 200),
        ("DELETE", "sessions/{session}/", 204),
    ],
)
def test_nothing_that_runserver_calls_plain_text_is_no_form(logged_in, method, path, status):
    path = f"/api/auth/{path}".format(session=session_of(logged_in).pk)
    headers = {
        "Sec-Fetch-Site": "same-origin",
        "X-CSRFToken": logged_in.get("/api/auth/csrf/").json()["csrf_token"],
    }

    answer = logged_in.generic(method, path, headers=headers, CONTENT_TYPE="text/plain")

    assert answer.status_code == status


def test_what_is_only_read_may_come_with_any_content_type(logged_in):
    """As REST Framework's test client has one for every request."""
    answer = logged_in.get("/api/auth/sessions/", headers={"Content-Type": "text/plain"})

    assert answer.status_code == 200


@override_settings(DEBUG=True, CSRF_USE_SESSIONS=True)
def test_a_csrf_token_in_a_session_that_is_not_there_is_told_to_the_developer(browser):
    headers = {"Origin": "http://testserver"}

    with pytest.raises(ImproperlyConfigured, match="SessionMiddleware must appear"):
        browser.post("/api/auth/", content_type="application/json", headers=headers)


class TestAFormForAViewOfTheProjects:
    """Its body is read for the CSRF token, so what is wrong with it shows there."""

    FORM = "application/x-www-form-urlencoded"

    def post(self, browser, body, content_type):
        own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
        return browser.generic("POST", "/api/secure/", body, content_type, headers=own)

    def test_passes_with_the_token_in_it(self, logged_in):
        token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]

        answer = self.post(logged_in, f"csrfmiddlewaretoken={token}", self.FORM)

        assert answer.status_code == 200

    @pytest.mark.parametrize("content_type", ["multipart/form-data", FORM])
    def test_that_is_broken_is_400(self, logged_in, content_type):
        answer = self.post(logged_in, "&".join(["a=1"] * 1001), content_type)

        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")

    @override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
    def test_that_is_too_long_is_413(self, logged_in):
        answer = self.post(logged_in, "a=" + "x" * 1000, self.FORM)

        assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")

    @pytest.mark.parametrize("charset", ["zlib", "utf-16", "idna", "x"])
    @pytest.mark.parametrize("form", ["multipart/form-data; boundary=x", FORM])
    def test_in_an_odd_encoding_is_a_refusal(self, logged_in, form, charset):
        body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'

        answer = self.post(logged_in, body, f"{form}; charset={charset}")

        assert answer.json()["code"] in {"parse_error", "csrf_failed"}


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


def test_a_stale_access_cookie_never_blocks_a_refresh(logged_in):
    logged_in.cookies[ACCESS] = "rubbish"

    assert logged_in.refresh().status_code == 200
    assert logged_in.get("/api/secure/").status_code == 200


class TestHeaderAndCookie:
    def test_of_two_users_are_the_headers(self, logged_in, kit, other_user):
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

    def test_of_another_scheme_are_the_cookies(self, logged_in, user):
        headers = {"Authorization": "Basic YTpi"}

        assert logged_in.get("/api/secure/", headers=headers).json() == {"user": str(user.pk)}

    def test_vary_by_both(self, logged_in):
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

    def test_beside_ours_are_not_chosen_from(self, open_to_siblings, browser, user, other_user):
        browser.log_in(user)
        attacker = Browser()
        attacker.log_in(other_user)
        name = "__Secure-access_token"
        headers = self.both(browser, name, attacker.held(name))

        assert Browser().get("/api/secure/", headers=headers).status_code == 401

    @pytest.mark.parametrize("space", ["\u2000", "\u3000", "\xa0", "\x85", "\x0b", "\x1c"])
    @pytest.mark.parametrize("planted_as", ["{space}{name}", "{name}{space}"])
    def test_whose_names_are_ours_but_for_odd_spaces_are_not_read(
        self, logged_in, user, other_user, space, planted_as
    ):
        attacker = Browser()
        attacker.log_in(other_user)
        planted = planted_as.format(space=space, name=ACCESS).encode().decode("latin-1")
        cookies = f"{ACCESS}={logged_in.held(ACCESS)}; {planted}={attacker.held(ACCESS)}"

        answer = Browser().get("/api/secure/", headers={"Cookie": cookies})

        assert answer.json() == {"user": str(user.pk)}

    def test_that_lack_the_prefix_are_not_read(self, logged_in, user, other_user):
        attacker = Browser()
        attacker.log_in(other_user)
        logged_in.cookies["access_token"] = attacker.held(ACCESS)

        assert logged_in.get("/api/secure/").json() == {"user": str(user.pk)}


@pytest.mark.parametrize(
    ("kit_settings", "name", "where"),
    [
        ({}, "__Host-access_token", ("", True)),
        ({"COOKIE_DOMAIN": "example.com"}, "__Secure-access_token", ("example.com", True)),
        ({"COOKIE_SECURE": False}, "access_token", ("", "")),
        ({"COOKIE_ACCESS_NAME": "a"}, "__Host-a", ("", True)),
        ({"COOKIE_ACCESS_NAME": "__Secure-a"}, "__Secure-a", ("", True)),
    ],
)
def test_the_name_says_what_a_browser_must_hold_to(settings, user, kit_settings, name, where):
    settings.DRF_JWT_KIT = kit_settings

    set_as = attributes(Browser().log_in(user), name)

    assert (set_as["domain"], set_as["secure"]) == where


def test_what_a_projects_serializer_answers_besides_stays_in_the_body(browser, user, settings):
    path = "tests.flows.test_cookies.WithGreeting"
    settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": path}

    assert browser.log_in(user).json()["greeting"] == "hello"


def test_a_projects_serializer_may_answer_no_refresh_token(logged_in, user, settings):
    path = "tests.flows.test_cookies.WithoutRefresh"
    settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": path}

    answer = logged_in.log_in(user)

    assert (set(answer.json()), cleared(answer)) == ({"expires_in"}, {REFRESH})
    assert logged_in.get("/api/secure/").status_code == 200


def test_a_middleware_may_ask_with_djangos_own_request(logged_in, user):
    access = {"Cookie": f"{ACCESS}={logged_in.held(ACCESS)}"}
    ask = JWTCookieAuthentication().authenticate

    assert ask(RequestFactory().get("/", headers=access))[0] == user
    with pytest.raises(CSRFFailed):
        ask(RequestFactory().post("/", headers=access))


class WithoutRefresh(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {"access": super().validate(attrs)["access"]}


class Refusing(TokenRefreshSerializer):
    def validate(self, attrs):
        raise TokenError("Not any more")


class WithGreeting(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {**super().validate(attrs), "greeting": "hello"}


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

    def test_knows_the_user(self, asked, user):
        authentication, request = asked

        found, _ = authentication.authenticate(request)

        assert found.pk == user.pk

    def test_is_nobody_on_a_page_where_the_user_was_deactivated(self, asked, user):
        authentication, request = asked
        type(user).objects.filter(pk=user.pk).update(is_active=False)

        assert authentication.authenticate(request) is None
        assert authentication.refusal.reason == "session_ended"


def cookies_of(browser):
    return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
