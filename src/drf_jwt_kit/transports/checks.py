"""Which cookies would browsers drop, which are unwise, and who else keeps what a token opened?

Source of the cookies: RFC 6265bis.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.middleware.cache import FetchFromCacheMiddleware, UpdateCacheMiddleware
from django.utils.module_loading import import_string
from django.views.debug import SafeExceptionReporterFilter

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.caches import cache_of_one_process
from drf_jwt_kit.conf.fields import COOKIE_PREFIXES
from drf_jwt_kit.conf.routed import routed_classes
from drf_jwt_kit.disclosure import is_harmless, shown

SAMESITE_WITHOUT_SECURE = partial(Error, id="drf_jwt_kit.E030")
PREFIX_WITHOUT_SECURE = partial(Error, id="drf_jwt_kit.E031")
NAME_TAKEN = partial(Error, id="drf_jwt_kit.E032")
TOKEN_TOO_LONG = partial(Error, id="drf_jwt_kit.E033")
PREFIX_WITH_DOMAIN = partial(Error, id="drf_jwt_kit.E047")
INSECURE = partial(Error, id="drf_jwt_kit.E130")
HEADER_FORBIDDEN = partial(Warning, id="drf_jwt_kit.W007")
PAGES_CACHED = partial(Warning, id="drf_jwt_kit.W045")
DOMAIN_IS_WIDE = partial(Warning, id="drf_jwt_kit.W130")
SAMESITE_IS_WIDE = partial(Warning, id="drf_jwt_kit.W131")
EVERY_ORIGIN = partial(Warning, id="drf_jwt_kit.W133")
CSRF_INSECURE = partial(Warning, id="drf_jwt_kit.W134")
NAME_NOT_HIDDEN = partial(Warning, id="drf_jwt_kit.W135")
TICKETS_FORGOTTEN = partial(Warning, id="drf_jwt_kit.W136")

_TICKETS = "drf_jwt_kit.contrib.channels.tickets"

_LONGEST = 4096
"""Bytes of name and value that browsers keep. Source: RFC 6265bis section 5.6."""
_LEAST_TOKEN = 1024
"""Bytes of a token without issuer and audience: the protocol's claims and a signature."""


def check() -> Iterator[CheckMessage]:
    """Cookies that no browser would keep. Needs valid settings."""
    yield from _check_samesite()
    for setting, name in _names():
        yield from _check_prefix(setting, name, get_settings())
    yield from _check_names()
    yield from _check_room()
    yield from check_page_cache()
    if has_pages():
        if not django_settings.CSRF_USE_SESSIONS:
            name = django_settings.CSRF_COOKIE_NAME
            yield from _check_prefix("CSRF_COOKIE_NAME", name, django_settings, whose="CSRF_")
        yield from _check_cors_headers()


def check_deploy() -> Iterator[CheckMessage]:
    """What is unwise in production. Needs valid settings."""
    yield from _check_reach()
    for setting, name in _names():
        if not SafeExceptionReporterFilter.hidden_settings.search(name):
            yield NAME_NOT_HIDDEN(
                f"{setting} is {_shown_name(name)}: Django's error reports show what is in that "
                "cookie.",
                hint="Give it a name that contains 'token': error reports hide such cookies.",
            )
    for setting in _samesite_none():
        yield SAMESITE_IS_WIDE(
            f"{setting} is 'None': browsers send the cookie with requests from every site, "
            "unless they block such cookies, as more and more do. Only the CSRF check is left.",
            hint="Set it to 'Lax', and use header mode for a front end on another site.",
        )
    if has_pages():
        yield from _check_other_origins()
    yield from _check_tickets()


def check_page_cache() -> Iterator[CheckMessage]:
    """Django's cache of whole pages, which answers before anybody asks who makes the request."""
    for path in django_settings.MIDDLEWARE:
        found: Any = None
        with suppress(ImportError):  # Django says so when it starts
            found = import_string(path)
        if isinstance(found, type) and issubclass(
            found, (UpdateCacheMiddleware, FetchFromCacheMiddleware)
        ):
            yield PAGES_CACHED(
                f"MIDDLEWARE has {path}: it keeps what a view with our authentication answers, "
                "and gives it to the same token for CACHE_MIDDLEWARE_SECONDS, also after a "
                "logout, a new password or the end of the user.",
                hint="Remove it, and decorate public views with cache_page. Or put our mixin, "
                "whose answers are private, on every view that needs a user, and silence this.",
            )


def has_pages() -> bool:
    """Whether the project's URLs have an endpoint for browsers, under whatever prefix or name."""
    return any(map(_is_for_browsers, routed_classes()))


def _is_for_browsers(view: type) -> bool:
    """By the names of its classes, because views stand above this module."""
    return any(cls.__module__ == "drf_jwt_kit.views.cookies" for cls in view.__mro__)


def _check_tickets() -> Iterator[CheckMessage]:
    """Tickets for sockets, which stand above this module, where a view that is routed has them."""
    cache = cache_of_one_process()
    if _TICKETS in sys.modules and cache is not None:
        yield TICKETS_FORGOTTEN(
            f"The default cache is {cache}, which does not tell all processes which tickets for "
            "sockets were used: one that is caught opens further sockets for half a minute.",
            hint="Name a cache in CACHES that all processes share, such as Redis, Memcached or "
            "the database.",
        )


def _check_samesite() -> Iterator[CheckMessage]:
    for setting in _samesite_none():
        if not get_settings().COOKIE_SECURE:
            yield SAMESITE_WITHOUT_SECURE(
                f"{setting} is 'None' and COOKIE_SECURE is False: browsers drop such a cookie.",
                hint=f"Remove COOKIE_SECURE, or set {setting} to 'Lax'.",
            )


def _check_prefix(
    setting: str, name: str, settings: Any, *, whose: str = ""
) -> Iterator[CheckMessage]:
    """What browsers require of a name with a prefix. Source: RFC 6265bis section 4.1.3."""
    secure, domain = f"{whose}COOKIE_SECURE", f"{whose}COOKIE_DOMAIN"
    effect = ", and nobody can log in" if whose else ""
    if name.lower().startswith(COOKIE_PREFIXES) and not getattr(settings, secure):
        yield PREFIX_WITHOUT_SECURE(
            f"{setting} is {_shown_name(name)} and {secure} is False: browsers drop such a "
            f"cookie{effect}.",
            hint=f"Set {secure} to True, or remove the prefix from {setting}.",
        )
    elif name.lower().startswith("__host-") and getattr(settings, domain) is not None:
        yield PREFIX_WITH_DOMAIN(
            f"{setting} is {_shown_name(name)} and {domain} is "
            f"{shown(getattr(settings, domain))}: browsers drop such a cookie{effect}.",
            hint=f"Remove {domain}, or the prefix of {setting}.",
        )


def _check_names() -> Iterator[CheckMessage]:
    names = [name for _, name in _names()]
    names += {django_settings.CSRF_COOKIE_NAME, django_settings.SESSION_COOKIE_NAME}
    for name in dict.fromkeys(names[:2]):
        if names.count(name) > 1:
            yield NAME_TAKEN(
                f"Two cookies are named {_shown_name(name)}: one would overwrite the other.",
                hint="Give COOKIE_ACCESS_NAME and COOKIE_REFRESH_NAME names of their own.",
            )


def _check_room() -> Iterator[CheckMessage]:
    values = (get_settings().ISSUER, get_settings().AUDIENCE)
    named = json.dumps([value for value in values if not callable(value)])
    longest_name = max(len(name) for _, name in _names())
    if longest_name + len(named) * 4 / 3 + _LEAST_TOKEN > _LONGEST:
        yield TOKEN_TOO_LONG(
            f"ISSUER and AUDIENCE have {len(named)} characters: a token with them is longer than "
            f"the {_LONGEST} bytes that browsers keep of a cookie.",
            hint="Shorten them.",
        )


def _check_cors_headers() -> Iterator[CheckMessage]:
    """Whether django-cors-headers, if the project uses it, lets client.js send its headers."""
    allowed = {name.lower() for name in getattr(django_settings, "CORS_ALLOW_HEADERS", ())}
    cookies = getattr(django_settings, "CORS_ALLOW_CREDENTIALS", False)
    if cookies and "idempotency-key" not in allowed:
        yield HEADER_FORBIDDEN(
            "CORS_ALLOW_HEADERS does not name 'idempotency-key': from another origin, client.js "
            "can log in, but its first refresh fails.",
            hint="from corsheaders.defaults import default_headers; "
            'CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key"]',
        )


def _check_reach() -> Iterator[CheckMessage]:
    settings = get_settings()
    if not settings.COOKIE_SECURE:
        yield INSECURE(
            "COOKIE_SECURE is False: browsers send the tokens over plain HTTP too, and accept "
            "cookies from whoever answers there.",
            hint="Remove the setting. All browsers but Safari keep Secure cookies on "
            "http://localhost as well.",
        )
    if settings.COOKIE_DOMAIN is not None:
        yield DOMAIN_IS_WIDE(
            f"COOKIE_DOMAIN is {shown(settings.COOKIE_DOMAIN)}: all its hosts get the tokens, and "
            "can set cookies with these names.",
            hint="Remove it and serve pages and API from one host, or let pages on other hosts "
            "call the API's host, which CSRF_TRUSTED_ORIGINS allows without a shared domain.",
        )


def _check_other_origins() -> Iterator[CheckMessage]:
    """Which other sites can read an answer, or set the cookie of the CSRF check?"""
    everybody = getattr(django_settings, "CORS_ALLOW_ALL_ORIGINS", False)
    if everybody and getattr(django_settings, "CORS_ALLOW_CREDENTIALS", False):
        yield EVERY_ORIGIN(
            "CORS_ALLOW_ALL_ORIGINS and CORS_ALLOW_CREDENTIALS are on: pages of any other "
            "host of your site can read the API's answers to a logged-in user.",
            hint="Name the origins of your own pages in CORS_ALLOWED_ORIGINS instead.",
        )
    if not django_settings.CSRF_COOKIE_SECURE:
        yield CSRF_INSECURE(
            "CSRF_COOKIE_SECURE is False: whoever answers over plain HTTP can set the cookie "
            "that the CSRF check compares with.",
            hint="Set CSRF_COOKIE_SECURE = True.",
        )


def _shown_name(name: str) -> str:
    """The name of a cookie: its prefix is no secret, and what follows it may be."""
    prefix = next((known for known in COOKIE_PREFIXES if name.lower().startswith(known)), "")
    return repr(name) if is_harmless(name[len(prefix) :]) else shown(name)


def _names() -> list[tuple[str, str]]:
    settings = get_settings()
    return [
        ("COOKIE_ACCESS_NAME", settings.access_cookie_name),
        ("COOKIE_REFRESH_NAME", settings.refresh_cookie_name),
    ]


def _samesite_none() -> list[str]:
    settings = ("COOKIE_ACCESS_SAMESITE", "COOKIE_REFRESH_SAMESITE")
    return [name for name in settings if getattr(get_settings(), name) == "None"]
