"""A browser, and one that is logged in."""

import pytest
from django.core.cache import caches

from drf_jwt_kit import throttling

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


@pytest.fixture
def broken_cache(monkeypatch):
    """A cache that does not answer, of which nothing has been said yet."""
    monkeypatch.setattr(throttling, "_said_at", {"seconds": float("-inf")})
    monkeypatch.setattr(caches["default"], "get", lambda *_, **__: 1 / 0)
