"""Which cookies would a browser drop, and which are unwise? Source: RFC 6265bis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.urls import NoReverseMatch, reverse
from django.views.debug import SafeExceptionReporterFilter

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.fields import COOKIE_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 4096
"""Bytes of name and value that browsers keep. Source: RFC 6265bis section 5.6."""
_LEAST_TOKEN = 1024
"""Bytes of a token beside its issuer and audience: what the protocol needs, and a signature."""


def check() -> Iterator[CheckMessage]:
    """What no browser would keep. Needs valid settings."""
    yield from _check_samesite()
    yield from _check_prefixes()
    yield from _check_names()
    yield from _check_room()
    if has_pages():
        yield from _check_csrf_cookie()
        yield from _check_cors_headers()


def check_deploy() -> Iterator[CheckMessage]:
    """What is unwise in production. Needs valid settings."""
    settings = get_settings()
    if not settings.COOKIE_SECURE:
        yield Error(
            "COOKIE_SECURE is False: browsers send the tokens over plain HTTP, too, and take "
            "cookies from whoever answers there.",
            hint="Take the setting out; all browsers but Safari keep Secure cookies on "
            "http://localhost as well.",
            id="drf_jwt_kit.E130",
        )
    if settings.COOKIE_DOMAIN is not None:
        yield Warning(
            f"COOKIE_DOMAIN is {settings.COOKIE_DOMAIN!r}: every host of it gets the tokens, and "
            "any of them can plant cookies of its own.",
            hint="Take it out, and serve pages and API from one host; or have pages on other hosts "
            "call the API's, which CSRF_TRUSTED_ORIGINS allows without a shared domain.",
            id="drf_jwt_kit.W130",
        )
    for setting, name in _names():
        if not SafeExceptionReporterFilter.hidden_settings.search(name):
            yield Warning(
                f"{setting} is {name!r}: Django's error reports show what is in that cookie.",
                hint="Give it a name with 'token' in it, which they hide.",
                id="drf_jwt_kit.W135",
            )
    for name, samesite in _samesites():
        if samesite == "None":
            yield Warning(
                f"{name} is 'None': browsers send the cookie along from every site, unless they "
                "drop it there, as more and more do. The CSRF check alone is left to tell.",
                hint="Set it to 'Lax', and use header mode for a front end on another site.",
                id="drf_jwt_kit.W131",
            )
    if has_pages():
        yield from _check_other_origins()


def has_pages() -> bool:
    """Whether the endpoints for browsers are among the addresses."""
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return False  # a project without addresses, such as one of workers
    try:
        reverse("cookie:token_obtain_pair")
    except NoReverseMatch:
        return False
    return True


def _check_samesite() -> Iterator[CheckMessage]:
    for name, samesite in _samesites():
        if samesite == "None" and not get_settings().COOKIE_SECURE:
            yield Error(
                f"{name} is 'None' and COOKIE_SECURE is False: browsers drop such a cookie.",
                hint=f"Take COOKIE_SECURE out, or set {name} to 'Lax'.",
                id="drf_jwt_kit.E030",
            )


def _check_prefixes() -> Iterator[CheckMessage]:
    settings = get_settings()
    for setting, name in _names():
        if name.lower().startswith(COOKIE_PREFIXES) and not settings.COOKIE_SECURE:
            yield Error(
                f"{setting} is {name!r} and COOKIE_SECURE is False: browsers drop such a cookie.",
                hint=f"Take COOKIE_SECURE out, or the prefix out of {setting}.",
                id="drf_jwt_kit.E031",
            )
        elif name.lower().startswith("__host-") and settings.COOKIE_DOMAIN is not None:
            yield Error(
                f"{setting} is {name!r} and COOKIE_DOMAIN is {settings.COOKIE_DOMAIN!r}: browsers "
                "drop such a cookie.",
                hint=f"Take COOKIE_DOMAIN out, or the prefix out of {setting}.",
                id="drf_jwt_kit.E031",
            )


def _check_names() -> Iterator[CheckMessage]:
    django = {django_settings.CSRF_COOKIE_NAME, django_settings.SESSION_COOKIE_NAME}
    access, refresh = get_settings().access_cookie_name, get_settings().refresh_cookie_name
    for name in {access, refresh}:
        if access == refresh or name in django:
            yield Error(
                f"Two cookies are named {name!r}: the one would overwrite the other.",
                hint="Give COOKIE_ACCESS_NAME and COOKIE_REFRESH_NAME names of their own.",
                id="drf_jwt_kit.E032",
            )


def _check_room() -> Iterator[CheckMessage]:
    settings = get_settings()
    named = json.dumps([settings.ISSUER, settings.AUDIENCE])
    longest_name = max(len(settings.access_cookie_name), len(settings.refresh_cookie_name))
    if longest_name + len(named) * 4 / 3 + _LEAST_TOKEN > _LONGEST:
        yield Error(
            f"ISSUER and AUDIENCE have {len(named)} characters: a token with them is longer than "
            f"the {_LONGEST} bytes that browsers keep of a cookie.",
            hint="Shorten them.",
            id="drf_jwt_kit.E033",
        )


def _check_csrf_cookie() -> Iterator[CheckMessage]:
    """What browsers demand of a prefix. Source: RFC 6265bis section 4.1.3."""
    name, domain = django_settings.CSRF_COOKIE_NAME, django_settings.CSRF_COOKIE_DOMAIN
    if django_settings.CSRF_USE_SESSIONS:
        return
    if name.lower().startswith(COOKIE_PREFIXES) and not django_settings.CSRF_COOKIE_SECURE:
        yield Error(
            f"CSRF_COOKIE_NAME is {name!r} and CSRF_COOKIE_SECURE is False: browsers drop such a "
            "cookie, and nobody can log in.",
            hint="Set CSRF_COOKIE_SECURE = True, or take the prefix out of CSRF_COOKIE_NAME.",
            id="drf_jwt_kit.E034",
        )
    elif name.lower().startswith("__host-") and domain is not None:
        yield Error(
            f"CSRF_COOKIE_NAME is {name!r} and CSRF_COOKIE_DOMAIN is {domain!r}: browsers drop "
            "such a cookie, and nobody can log in.",
            hint="Take CSRF_COOKIE_DOMAIN out, or the prefix out of CSRF_COOKIE_NAME.",
            id="drf_jwt_kit.E034",
        )


def _check_cors_headers() -> Iterator[CheckMessage]:
    """What django-cors-headers lets client.js send, where a project has it."""
    allowed = {name.lower() for name in getattr(django_settings, "CORS_ALLOW_HEADERS", ())}
    cookies = getattr(django_settings, "CORS_ALLOW_CREDENTIALS", False)
    if cookies and "idempotency-key" not in allowed:
        yield Warning(
            "CORS_ALLOW_HEADERS does not name 'idempotency-key': from another origin client.js "
            "logs in, and fails at its first refresh.",
            hint="from corsheaders.defaults import default_headers; "
            'CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key"]',
            id="drf_jwt_kit.W007",
        )


def _check_other_origins() -> Iterator[CheckMessage]:
    """Who else could read an answer, or plant what the CSRF check compares with?"""
    everybody = getattr(django_settings, "CORS_ALLOW_ALL_ORIGINS", False)
    if everybody and getattr(django_settings, "CORS_ALLOW_CREDENTIALS", False):
        yield Warning(
            "CORS_ALLOW_ALL_ORIGINS and CORS_ALLOW_CREDENTIALS are on: a page of any other "
            "host of your site reads what the API answers to the user whose browser it is in.",
            hint="Name the origins of your own pages in CORS_ALLOWED_ORIGINS instead.",
            id="drf_jwt_kit.W133",
        )
    if not django_settings.CSRF_COOKIE_SECURE:
        yield Warning(
            "CSRF_COOKIE_SECURE is False: whoever answers over plain HTTP can set the cookie "
            "that the CSRF check compares with.",
            hint="Set CSRF_COOKIE_SECURE = True.",
            id="drf_jwt_kit.W134",
        )


def _names() -> list[tuple[str, str]]:
    settings = get_settings()
    return [
        ("COOKIE_ACCESS_NAME", settings.access_cookie_name),
        ("COOKIE_REFRESH_NAME", settings.refresh_cookie_name),
    ]


def _samesites() -> list[tuple[str, str]]:
    settings = get_settings()
    return [
        ("COOKIE_ACCESS_SAMESITE", settings.COOKIE_ACCESS_SAMESITE),
        ("COOKIE_REFRESH_SAMESITE", settings.COOKIE_REFRESH_SAMESITE),
    ]
