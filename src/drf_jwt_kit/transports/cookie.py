"""Which cookies hold the tokens, and what may a browser do with them?

Their names bind them to the host (``__Host-``: Secure, Path=/, no Domain), so that no sibling host
can plant one. Scripts can never read them. Source: RFC 6265bis sections 4.1.3 and 5.7.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from logging import WARNING
from urllib.parse import urlsplit

from django.http import HttpResponseBase
from rest_framework.request import Request

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.fields import SameSite
from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.logs import log

_COULD_BE_A_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""Three parts in base64url. Source: RFC 7515 section 7.1."""

_OWN_MACHINE = re.compile(r"(.+\.)?localhost|127(\.\d+){3}|::1|", re.ASCII)
"""Source: Secure Contexts section 3.1."""

_PLAIN_HTTP = (
    "Browsers drop Secure cookies that come over plain HTTP. Serve over HTTPS, or open the page as "
    "http://localhost while developing."
)

_SPACE = " \t"
"""The spaces that a browser strips from names and values. Source: RFC 6265bis section 5.6."""


@dataclass(frozen=True, kw_only=True)
class TokenCookie:
    """One of the two cookies, by the current settings."""

    name: str
    samesite: SameSite

    def read(self, request: Request) -> str | None:
        """The token in the cookie; None if the browser sent none, an empty one, or two.

        If two have the same name, a sibling host may have planted one of them. It cannot plant a
        name that begins with ``__Host-``. The header is read here because ``request.COOKIES``
        strips more spaces from a name than a browser does, and would read a cookie that a sibling
        host planted as "\\u2000__Host-..." as ours.
        """
        values = self._sent(request)
        return values[0] or None if len(values) == 1 else None

    def read_each(self, request: Request) -> list[str]:
        """Every different value that may be a token: for a logout, and a login, where each only
        speaks against its own session. As many as the server's limit of a header allows, so that
        none can hide the browser's own."""
        return [
            one for one in dict.fromkeys(self._sent(request)) if _COULD_BE_A_TOKEN.fullmatch(one)
        ]

    def _sent(self, request: Request) -> list[str]:
        sent = [pair.partition("=") for pair in request.META.get("HTTP_COOKIE", "").split(";")]
        return [value.strip(_SPACE) for name, _, value in sent if name.strip(_SPACE) == self.name]

    def put(self, response: HttpResponseBase, token: str) -> int:
        """Make the browser store ``token``, one of ours, for the seconds that are returned."""
        settings, seconds = get_settings(), seconds_left(token)
        response.set_cookie(
            self.name,
            token,
            max_age=seconds,
            domain=settings.COOKIE_DOMAIN,
            secure=settings.COOKIE_SECURE,
            httponly=True,
            samesite=self.samesite,
        )
        return seconds

    def clear(self, response: HttpResponseBase) -> None:
        """Make the browser delete the cookie: by the same name, path, domain and SameSite."""
        domain = get_settings().COOKIE_DOMAIN
        response.delete_cookie(self.name, domain=domain, samesite=self.samesite)


def tell_if_dropped(request: Request) -> None:
    """Log a warning where the browser drops what was set for ``request``, and the next one is 401.

    It drops ``Secure`` cookies that come over plain HTTP, but for those of its own machine. From
    such an address it sends no Fetch Metadata, and its Origin tells the truth behind any proxy.
    """
    page = _plain_http_page(request.headers.get("Origin", ""))
    by_https = request.is_secure() or "Sec-Fetch-Site" in request.headers
    if page and get_settings().COOKIE_SECURE and not by_https:
        log("cookies_dropped", level=WARNING, page=page, why=_PLAIN_HTTP)


def _plain_http_page(origin: str) -> str | None:
    """The host of a page at ``origin``, if that is plain HTTP and not the browser's machine."""
    with suppress(ValueError):  # a host in brackets that is none
        scheme, host = urlsplit(origin)[0], urlsplit(origin).hostname or ""
        if scheme == "http" and not _OWN_MACHINE.fullmatch(host):
            return host
    return None


def seconds_left(token: str) -> int:
    """For how long ``token``, one of ours, is valid."""
    return max(0, int(read_unverified(token)["exp"]) - int(time.time()))


def is_same_generation(token: str, other: str) -> bool:
    """Whether both are the refresh token of one generation of a session, made at any time."""
    name = get_settings().JTI_CLAIM
    jti = read_unverified(token).get(name)
    return jti is not None and bool(jti == read_unverified(other).get(name))


def access_cookie() -> TokenCookie:
    """The cookie of the access token."""
    settings = get_settings()
    return TokenCookie(name=settings.access_cookie_name, samesite=settings.COOKIE_ACCESS_SAMESITE)


def access_in(request: Request) -> str | None:
    """The access token in its cookie. With COOKIE_REFRESH_ONLY there is none, whatever is sent."""
    return None if get_settings().COOKIE_REFRESH_ONLY else access_cookie().read(request)


def refresh_cookie() -> TokenCookie:
    """The cookie of the refresh token."""
    settings = get_settings()
    return TokenCookie(name=settings.refresh_cookie_name, samesite=settings.COOKIE_REFRESH_SAMESITE)
