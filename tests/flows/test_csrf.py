"""What may have been made by another site is refused, and changes nothing."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from .browser import (
    Browser,
    CutOff,
    credentials,
    session_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]


class TestCSRFToken:
    def test_is_answered_with_djangos_cookie(self, browser):
        answer = browser.get("/api/auth/csrf/")

        assert set(answer.json()) == {"csrf_token"}
        assert set(answer.cookies) == {"csrftoken"}
        assert answer["Cache-Control"] == "private, no-store"

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

    def test_a_request_of_another_origin_is_refused(self, logged_in, method, path):
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

        assert self.refused(logged_in, method, path, **headers) == self.REFUSED

    def test_a_request_of_a_sibling_host_that_is_not_trusted_is_refused(
        self, logged_in, method, path
    ):
        headers = {"Origin": "http://blog.testserver", "Sec-Fetch-Site": "same-site"}

        assert self.refused(logged_in, method, path, **headers) == self.REFUSED

    def test_a_request_of_a_hidden_origin_is_refused(self, logged_in, method, path):
        headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}

        assert self.refused(logged_in, method, path, **headers) == self.REFUSED

    def test_a_request_without_the_csrf_token_is_refused(self, logged_in, method, path):
        assert self.refused(logged_in, method, path, X_CSRFToken="") == self.REFUSED

    def test_a_request_with_somebody_elses_csrf_token_is_refused(self, logged_in, method, path):
        theirs = Browser().get("/api/auth/csrf/").json()["csrf_token"]

        assert self.refused(logged_in, method, path, X_CSRFToken=theirs) == self.REFUSED


def test_a_refusal_is_logged_with_its_path_and_its_reason(logged_in, caplog):
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    logged_in.send("post", "/api/auth/refresh/", **headers)

    (record,) = [record for record in caplog.records if record.name == "drf_jwt_kit"]
    assert (record.levelname, record.getMessage()) == (
        "WARNING",
        "event=csrf_refused path=/api/auth/refresh/ why='Origin checking failed - "
        "https://evil.example does not match any trusted origins. If that page is yours, name its "
        "origin in CSRF_TRUSTED_ORIGINS.'",
    )


class TestAProxyBetweenPageAndServer:
    """A development server's short form changes Host; one that ends TLS leaves plain HTTP."""

    def detail(self, browser, caplog, **headers):
        answer = browser.send("post", "/api/secure/", **headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        (logged,) = [record for record in caplog.records if record.name == "drf_jwt_kit"]
        detail = answer.json()["detail"]
        assert f"why={detail.partition(': ')[2]!r}" in logged.getMessage()
        return detail

    def test_one_that_sends_another_host_is_named_with_the_cure(self, logged_in, caplog):
        headers = {"Origin": "http://localhost:5173", "Sec-Fetch-Site": "same-origin"}

        assert self.detail(logged_in, caplog, **headers) == (
            "This request could not be shown to come from your own page: Origin checking failed - "
            "http://localhost:5173 does not match any trusted origins. The browser says that it "
            "asks the host of the page, so a proxy between them sends another Host. Have it pass "
            "Host on (Vite: changeOrigin: false in place of the short form), or name the origin "
            "of the page in CSRF_TRUSTED_ORIGINS."
        )

    def test_one_that_ends_tls_is_named_with_the_cure(self, logged_in, caplog):
        headers = {"Origin": "https://testserver", "Sec-Fetch-Site": "same-origin"}

        assert self.detail(logged_in, caplog, **headers).endswith(
            "so a proxy between them ends TLS. Set SECURE_PROXY_SSL_HEADER, or name the origin "
            "of the page in CSRF_TRUSTED_ORIGINS."
        )

    @pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
    def test_none_is_suspected_where_the_browser_says_another_site(self, logged_in, caplog, site):
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": site}

        assert "proxy" not in self.detail(logged_in, caplog, **headers)

    def test_it_is_the_origin_that_is_named_instead(self, logged_in, caplog):
        headers = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}

        assert self.detail(logged_in, caplog, **headers).endswith(
            "If that page is yours, name its origin in CSRF_TRUSTED_ORIGINS."
        )

    def test_an_origin_that_is_hidden_cannot_be_named(self, logged_in, caplog):
        headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}

        assert self.detail(logged_in, caplog, **headers).endswith("any trusted origins.")

    def test_none_is_suspected_where_another_thing_is_wrong(self, logged_in, caplog):
        headers = {"Sec-Fetch-Site": "same-origin", "X_CSRFToken": ""}

        assert "proxy" not in self.detail(logged_in, caplog, **headers)

    @override_settings(CSRF_TRUSTED_ORIGINS=["http://localhost:5173"])
    def test_it_is_no_matter_where_the_pages_origin_is_trusted(self, logged_in):
        headers = {"Origin": "http://localhost:5173", "Sec-Fetch-Site": "same-origin"}

        assert logged_in.send("post", "/api/secure/", **headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_request_without_an_origin_from_no_page_of_ours_is_refused(logged_in, site):
    token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Sec-Fetch-Site": site}

    answer = logged_in.post("/api/secure/", content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_a_page_of_ours_passes_without_an_origin(logged_in):
    token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Sec-Fetch-Site": "same-origin"}

    answer = logged_in.post("/api/secure/", content_type="application/json", headers=headers)

    assert answer.status_code == 200


def test_our_own_origin_passes_without_fetch_metadata(logged_in):
    assert logged_in.send("post", "/api/secure/", Sec_Fetch_Site="").status_code == 200


@override_settings(CSRF_TRUSTED_ORIGINS=["https://app.testserver"])
@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_a_trusted_sibling_passes(logged_in, user, method, path):
    headers = {"Origin": "https://app.testserver", "Sec-Fetch-Site": "same-site"}
    body = {**credentials(user), "name": "phone"}
    path = path.format(session=session_of(logged_in).pk)

    status = 204 if (method, "sessions" in path) == ("delete", True) else 200
    assert logged_in.send(method, path, body, **headers).status_code == status


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
    "length", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}], ids=["none", "empty", "0"]
)
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
def test_nothing_that_runserver_calls_plain_text_is_no_form(
    logged_in, method, path, status, length
):
    path = f"/api/auth/{path}".format(session=session_of(logged_in).pk)
    headers = {
        "Sec-Fetch-Site": "same-origin",
        "X-CSRFToken": logged_in.get("/api/auth/csrf/").json()["csrf_token"],
    }

    answer = logged_in.generic(method, path, headers=headers, CONTENT_TYPE="text/plain", **length)

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

    def post(self, browser, body, content_type, **environ):
        own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
        return browser.generic("POST", "/api/secure/", body, content_type, headers=own, **environ)

    def test_a_body_that_is_cut_off_is_400(self, logged_in):
        answer = self.post(logged_in, "a=1", self.FORM, **{"wsgi.input": CutOff()})

        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")

    def test_passes_with_the_token_in_it(self, logged_in):
        token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]

        answer = self.post(logged_in, f"csrfmiddlewaretoken={token}", self.FORM)

        assert answer.status_code == 200

    @pytest.mark.parametrize("content_type", ["multipart/form-data", FORM])
    def test_a_broken_form_for_a_view_of_the_projects_is_400(self, logged_in, content_type):
        answer = self.post(logged_in, "&".join(["a=1"] * 1001), content_type)

        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")

    @override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
    def test_a_form_that_is_too_long_is_413(self, logged_in):
        answer = self.post(logged_in, "a=" + "x" * 1000, self.FORM)

        assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")

    MULTIPART = "multipart/form-data; boundary=x"
    UNREADABLE, WITHOUT_A_TOKEN = (400, "parse_error"), (403, "csrf_failed")

    @pytest.mark.parametrize(
        ("form", "charset", "refusal"),
        [
            (MULTIPART, "zlib", UNREADABLE),
            (MULTIPART, "utf-16", WITHOUT_A_TOKEN),
            (MULTIPART, "idna", UNREADABLE),
            (MULTIPART, "x", WITHOUT_A_TOKEN),
            (FORM, "zlib", UNREADABLE),
            (FORM, "utf-16", UNREADABLE),
            (FORM, "idna", UNREADABLE),
            (FORM, "x", WITHOUT_A_TOKEN),
        ],
    )
    def test_a_form_in_an_odd_encoding_is_refused(self, logged_in, form, charset, refusal):
        body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'

        answer = self.post(logged_in, body, f"{form}; charset={charset}")

        assert (answer.status_code, answer.json()["code"]) == refusal
