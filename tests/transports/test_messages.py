"""What the checks of cookies say, whole: what is wrong, what follows, and the line to write."""

import sys

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from .test_checks import WITH_THE_ENDPOINTS

pytestmark = pytest.mark.usefixtures("no_sockets")

COOKIES = [
    (
        {"COOKIE_ACCESS_SAMESITE": "None", "COOKIE_SECURE": False},
        "drf_jwt_kit.E030",
        "COOKIE_ACCESS_SAMESITE is 'None' and COOKIE_SECURE is False: browsers drop such a cookie.",
        "Remove COOKIE_SECURE, or set COOKIE_ACCESS_SAMESITE to 'Lax'.",
    ),
    (
        {"COOKIE_ACCESS_NAME": "__Host-a", "COOKIE_SECURE": False},
        "drf_jwt_kit.E031",
        "COOKIE_ACCESS_NAME is '__Host-a' and COOKIE_SECURE is False: browsers drop such a cookie.",
        "Set COOKIE_SECURE to True, or remove the prefix from COOKIE_ACCESS_NAME.",
    ),
    (
        {"COOKIE_ACCESS_NAME": "token", "COOKIE_REFRESH_NAME": "token"},
        "drf_jwt_kit.E032",
        "Two cookies are named '__Host-token': one would overwrite the other.",
        "Give COOKIE_ACCESS_NAME and COOKIE_REFRESH_NAME names of their own.",
    ),
    (
        {"AUDIENCE": ["a" * 3000]},
        "drf_jwt_kit.E033",
        "ISSUER and AUDIENCE have 3012 characters: a token with them is longer than the 4096 bytes "
        "that browsers keep of a cookie.",
        "Shorten them.",
    ),
    (
        {"COOKIE_REFRESH_NAME": "__Host-r", "COOKIE_DOMAIN": "example.com"},
        "drf_jwt_kit.E047",
        "COOKIE_REFRESH_NAME is '__Host-r' and COOKIE_DOMAIN is 'example.com': browsers drop such "
        "a cookie.",
        "Remove COOKIE_DOMAIN, or the prefix of COOKIE_REFRESH_NAME.",
    ),
]
IN_PRODUCTION = [
    (
        {"COOKIE_SECURE": False},
        "drf_jwt_kit.E130",
        "COOKIE_SECURE is False: browsers send the tokens over plain HTTP too, and accept cookies "
        "from whoever answers there.",
        "Remove the setting. All browsers but Safari keep Secure cookies on http://localhost as "
        "well.",
    ),
    (
        {"COOKIE_DOMAIN": "example.com"},
        "drf_jwt_kit.W130",
        "COOKIE_DOMAIN is 'example.com': all its hosts get the tokens, and can set cookies with "
        "these names.",
        "Remove it and serve pages and API from one host, or let pages on other hosts call the "
        "API's host, which CSRF_TRUSTED_ORIGINS allows without a shared domain.",
    ),
    (
        {"COOKIE_REFRESH_SAMESITE": "None"},
        "drf_jwt_kit.W131",
        "COOKIE_REFRESH_SAMESITE is 'None': browsers send the cookie with requests from every "
        "site, unless they block such cookies, as more and more do. Only the CSRF check is left.",
        "Set it to 'Lax', and use header mode for a front end on another site.",
    ),
    (
        {"COOKIE_REFRESH_NAME": "sid"},
        "drf_jwt_kit.W135",
        "COOKIE_REFRESH_NAME is '__Host-sid': Django's error reports show what is in that cookie.",
        "Give it a name that contains 'token': error reports hide such cookies.",
    ),
]
WITH_PAGES = [
    (
        {"CSRF_COOKIE_NAME": "__Host-csrftoken", "CSRF_COOKIE_SECURE": False},
        "drf_jwt_kit.E031",
        "CSRF_COOKIE_NAME is '__Host-csrftoken' and CSRF_COOKIE_SECURE is False: browsers drop "
        "such a cookie, and nobody can log in.",
        "Set CSRF_COOKIE_SECURE to True, or remove the prefix from CSRF_COOKIE_NAME.",
    ),
    (
        {"CORS_ALLOW_CREDENTIALS": True},
        "drf_jwt_kit.W007",
        "CORS_ALLOW_HEADERS does not name 'idempotency-key': from another origin, client.js can "
        "log in, but its first refresh fails.",
        "from corsheaders.defaults import default_headers; CORS_ALLOW_HEADERS = "
        '[*default_headers, "idempotency-key"]',
    ),
    (
        {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_CREDENTIALS": True},
        "drf_jwt_kit.W133",
        "CORS_ALLOW_ALL_ORIGINS and CORS_ALLOW_CREDENTIALS are on: pages of any other host of your "
        "site can read the API's answers to a logged-in user.",
        "Name the origins of your own pages in CORS_ALLOWED_ORIGINS instead.",
    ),
    (
        {"CSRF_COOKIE_SECURE": False},
        "drf_jwt_kit.W134",
        "CSRF_COOKIE_SECURE is False: whoever answers over plain HTTP can set the cookie that the "
        "CSRF check compares with.",
        "Set CSRF_COOKIE_SECURE = True.",
    ),
]


def told(id, *, deploy=True, django=None, **settings):
    with override_settings(DRF_JWT_KIT=settings, **django or {}):
        found = [one for one in run_checks(include_deployment_checks=deploy) if one.id == id]
    return [(one.msg, one.hint) for one in found]


@pytest.mark.parametrize(("settings", "id", "message", "hint"), COOKIES)
def test_a_cookie_that_browsers_drop_is_told_with_the_cure(settings, id, message, hint):
    assert told(id, deploy=False, **settings) == [(message, hint)]


@pytest.mark.parametrize(("settings", "id", "message", "hint"), IN_PRODUCTION)
def test_a_cookie_that_is_unwise_is_told_with_the_cure(settings, id, message, hint):
    assert told(id, **settings) == [(message, hint)]


@pytest.mark.parametrize(("django", "id", "message", "hint"), WITH_PAGES)
def test_what_pages_suffer_from_is_told_with_the_cure(django, id, message, hint):
    assert told(id, django={**WITH_THE_ENDPOINTS, **django}) == [(message, hint)]


def test_a_name_that_may_be_a_secret_is_not_shown():
    ((message, _),) = told("drf_jwt_kit.W135", COOKIE_REFRESH_NAME="Xk3J9vQ2mL8pT5rW7yB1nD4")

    assert message == (
        "COOKIE_REFRESH_NAME is (not shown: str of length 30): Django's error reports show what is "
        "in that cookie."
    )


@pytest.mark.parametrize(("characters", "found"), [(2277, 0), (2278, 1)])
def test_a_token_that_just_fits_into_a_cookie_is_in_order(characters, found):
    assert len(told("drf_jwt_kit.E033", AUDIENCE=["a" * characters])) == found


def test_an_issuer_that_a_function_names_is_not_measured():
    assert told("drf_jwt_kit.E033", ISSUER=lambda request: None) == []


def test_a_cache_of_pages_is_told_with_the_cure():
    path = "django.middleware.cache.UpdateCacheMiddleware"

    assert told("drf_jwt_kit.W045", django={"MIDDLEWARE": [path]}) == [
        (
            f"MIDDLEWARE has {path}: it keeps what a view with our authentication answers, and "
            "gives it to the same token for CACHE_MIDDLEWARE_SECONDS, also after a logout, a new "
            "password or the end of the user.",
            "Remove it, and decorate public views with cache_page. Or put our mixin, whose answers "
            "are private, on every view that needs a user, and silence this.",
        )
    ]


def test_tickets_that_a_cache_forgets_are_told_with_the_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "drf_jwt_kit.contrib.channels.tickets", None)

    assert told("drf_jwt_kit.W136") == [
        (
            "The default cache is django.core.cache.backends.locmem.LocMemCache, which does not "
            "tell all processes which tickets for sockets were used: one that is caught opens "
            "further sockets for half a minute.",
            "Name a cache in CACHES that all processes share, such as Redis, Memcached or the "
            "database.",
        )
    ]
