"""Tokens in cookies by a project's own code: one view moves them, one class reads them."""

import pytest

from .site import PASSWORD, Browser, Site, moved

NAMES = ("ada", "grace", "joan")
USERS = f"""
from django.contrib.auth.models import User
for name in {NAMES}:
    User.objects.create_user(name, password={PASSWORD!r})
"""


def logged_in(browser, name):
    return browser.post("/api/token/", {"username": name, "password": PASSWORD})


def log_in(browser):
    return {name: logged_in(browser, name) for name in NAMES}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site("cookies", "club.settings", tmp_path_factory.mktemp("cookies"))
    with moved(site, log_in, script=USERS) as site:
        yield site


@pytest.fixture
def holding(site):
    """A browser that holds the cookies which it got before the move."""
    return lambda name: Browser(site.port, dict(site.logins[name].cookies))


def test_a_cookie_from_before_opens_a_view(holding):
    assert holding("ada").get("/api/members/").body == {"username": "ada"}


def test_a_cookie_from_before_is_exchanged(holding):
    browser = holding("ada")
    answer = browser.post("/api/token/refresh/")
    browser.cookies.update(answer.cookies)

    assert answer.status == 200
    assert browser.get("/api/members/").body == {"username": "ada"}


def test_no_token_is_in_a_body(site, browser, holding):
    assert logged_in(browser, "ada").body == {}
    assert holding("ada").post("/api/token/refresh/").body == {}


def test_a_new_login_sets_both_cookies_and_its_session_has_begun(site, browser):
    browser.cookies = logged_in(browser, "grace").cookies

    assert browser.cookies.keys() == {"access", "refresh"}
    assert browser.get("/api/members/").body == {"username": "grace"}


def test_logging_out_ends_the_session_of_the_cookies(holding):
    browser = holding("joan")
    browser.cookies.update(browser.post("/api/token/refresh/").cookies)
    assert browser.post("/api/token/logout/").status == 200

    assert browser.get("/api/members/").status == 401
    assert browser.post("/api/token/refresh/").status == 401


def test_nobody_is_there_without_a_cookie(browser):
    assert browser.get("/api/members/").status == 401
    assert browser.post("/api/token/refresh/").status == 401


def test_the_class_that_reads_the_cookie_is_told_that_it_checks_no_csrf(site):
    assert "CookieJWTAuthentication reads a cookie without a CSRF check." in site.before
