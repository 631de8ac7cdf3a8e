"""A browser, and one that is logged in."""

import pytest

from .browser import Browser, cookies_of


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def logged_in(browser, user):
    browser.log_in(user)
    return browser


@pytest.fixture
def late(logged_in):
    """The same browser's request that was sent before whatever comes now."""
    early = Browser()
    early.cookies.load(cookies_of(logged_in))
    return early
