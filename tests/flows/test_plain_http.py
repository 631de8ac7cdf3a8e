"""A login over plain HTTP: the browser drops its cookies, and somebody has to be told."""

import pytest

from .browser import credentials

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]


@pytest.fixture
def told(browser, user, caplog, settings):
    """What the log says of a login from a page at an origin."""

    def logging_in(origin, *, site="", **more):
        settings.CSRF_TRUSTED_ORIGINS = [origin]
        headers = {"Origin": origin, "Sec-Fetch-Site": site}
        with caplog.at_level("WARNING", logger="drf_jwt_kit"):
            token = browser.get("/api/auth/csrf/").json()["csrf_token"]
            answer = browser.post(
                "/api/auth/",
                credentials(user),
                content_type="application/json",
                headers={k: v for k, v in headers.items() if v} | {"X-CSRFToken": token},
                **more,
            )
        assert answer.status_code == 200
        return caplog.messages

    return logging_in


def test_a_login_whose_cookies_the_browser_drops_is_told_with_the_cure(told):
    assert told("http://shop.example:8000") == [
        "event=cookies_dropped page=shop.example why='Browsers drop Secure cookies that come "
        "over plain HTTP. Serve over HTTPS, or open the page as http://localhost while "
        "developing.'"
    ]


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:5173", "http://shop.localhost", "http://127.0.0.1:8000", "http://[::1]"],
)
def test_nothing_is_told_of_the_browser_s_own_machine(told, origin):
    assert told(origin) == []


def test_nothing_is_told_behind_a_proxy_that_ends_tls(told):
    assert told("https://shop.example") == []


def test_nothing_is_told_where_the_answer_goes_over_https(told):
    assert told("http://shop.example", secure=True) == []


def test_nothing_is_told_of_an_address_that_the_browser_trusts(told):
    assert told("http://shop.example", site="same-origin") == []


def test_nothing_is_told_where_the_cookies_are_not_secure(told, settings):
    settings.DRF_JWT_KIT = {"COOKIE_SECURE": False}

    assert told("http://shop.example") == []


@pytest.mark.parametrize("origin", ["http://[shop", ""])
def test_a_login_without_a_readable_origin_is_no_matter(user, client, origin, caplog):
    """Of Django's test client, say, of which no CSRF check is made."""
    answer = client.post(
        "/api/auth/",
        credentials(user),
        content_type="application/json",
        headers={"Origin": origin},
    )

    assert answer.status_code == 200
    assert caplog.messages == []
