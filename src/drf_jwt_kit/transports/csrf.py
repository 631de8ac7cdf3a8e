"""Does a request with cookies come from the project's own page?

Checks Fetch Metadata or a trusted Origin, and then calls all of Django's own check. Sources: RFC
9700 section 4.7.1, the W3C's Fetch Metadata, Django's CsrfViewMiddleware.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import CSRFCheck
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from drf_jwt_kit.exceptions import BodyTooLarge, CSRFFailed
from drf_jwt_kit.logs import log

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Source: RFC 9110 section 9.2.1."""

_NO_ORIGIN = (
    "It has neither 'Sec-Fetch-Site: same-origin' nor an Origin. Browsers send one of them. "
    "Clients other than browsers should send the token in the Authorization header."
)

_ANOTHER_HOST = (
    "The browser says that it asks the host of the page, so a proxy between them sends another "
    "Host. Have it pass Host on (Vite: changeOrigin: false in place of the short form), or name "
    "the origin of the page in CSRF_TRUSTED_ORIGINS."
)

_PLAIN_HTTP = (
    "The browser says that it asks the host of the page, so a proxy between them ends TLS. Set "
    "SECURE_PROXY_SSL_HEADER, or name the origin of the page in CSRF_TRUSTED_ORIGINS."
)

_ANOTHER_ORIGIN = "If that page is yours, name its origin in CSRF_TRUSTED_ORIGINS."

_UNREADABLE = (
    BadRequest,
    SuspiciousOperation,
    MultiPartParserError,
    UnreadablePostError,
    LookupError,  # an encoding that does not exist, or is not one of text
    UnicodeError,
)
"""The errors that Django raises for a form that is broken, too long or incomplete."""


def require_own_page(request: Request | HttpRequest) -> None:
    """Raise CSRFFailed unless a page of this host, or of a trusted origin, has sent ``request``.

    Django's CSRF_TRUSTED_ORIGINS names the trusted origins. Safe methods pass, and so do requests
    of Django's test client unless it enforces the check. Raises ParseError and BodyTooLarge for a
    form that cannot be read, because the CSRF token may be in it.
    """
    refusal = _refusal(getattr(request, "_request", request))  # a middleware has Django's own
    if refusal is not None:
        log("csrf_refused", level=logging.WARNING, path=request.path, why=refusal)
        raise CSRFFailed(refusal)


def is_own_origin(request: HttpRequest) -> bool:
    """Whether the handshake of a socket names a page of this host, or of a trusted origin.

    Django's rule for ``Origin``, which has no public name. A socket has no CSRF token: browsers let
    a page add nothing to its handshake, and cannot leave its Origin out.
    """
    check: Any = _check()
    return "Origin" in request.headers and bool(check._origin_verified(request))


def csrf_token(request: Request) -> str:
    """The CSRF token that a page sends in the header CSRF_HEADER_NAME (``X-CSRFToken``)."""
    _check().process_request(request._request)
    return get_token(request._request)


def send_csrf_cookie(request: Request, response: HttpResponseBase) -> None:
    """Set Django's CSRF cookie if the token was asked for or renewed, even without middleware."""
    _check().process_response(request._request, response)


def _refusal(request: HttpRequest) -> str | None:
    if request.method in SAFE_METHODS or getattr(request, "_dont_enforce_csrf_checks", False):
        return None
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not own and "Origin" not in request.headers:
        return _NO_ORIGIN
    _read_form(request)
    reason = _check().process_view(request, None, (), {})  # type: ignore[arg-type]  # no view is exempt
    return None if reason is None else f"{reason} {_cure(request, own=own)}".rstrip()


def _cure(request: HttpRequest, *, own: bool) -> str:
    """Why Django takes the origin of a page for another site's, and what to write, if it does."""
    origin = request.headers.get("Origin", "null")
    if origin == "null" or is_own_origin(request):
        return ""
    if not own:
        return _ANOTHER_ORIGIN
    ends_tls = origin.startswith("https://") and not request.is_secure()
    return _PLAIN_HTTP if ends_tls else _ANOTHER_HOST


def _read_form(request: HttpRequest) -> None:
    """Make Django read the form now: its CSRF check would not report a form that it cannot read."""
    try:
        request.POST  # noqa: B018  # it is read when it is asked for
    except RequestDataTooBig as error:
        raise BodyTooLarge from error
    except _UNREADABLE as error:
        raise ParseError(_("The request cannot be read.")) from error


def _check() -> CSRFCheck:
    return CSRFCheck(lambda request: HttpResponse())
