"""A browser, and one that is logged in."""

import pytest

from .browser import Browser


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def logged_in(browser, user):
    browser.log_in(user)
    return browser
