"""Does a request that a browser may have added cookies to come from the project's own page?

Fetch Metadata or a trusted Origin, and then all of Django's own check. Sources: RFC 9700 section
4.7.1, the W3C's Fetch Metadata, Django's CsrfViewMiddleware.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.middleware.csrf import get_token
from rest_framework.authentication import CSRFCheck

from drf_jwt_kit.exceptions import CSRFFailed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase
    from rest_framework.request import Request

logger = logging.getLogger("drf_jwt_kit")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Source: RFC 9110 section 9.2.1."""

_NO_ORIGIN = (
    "Neither Sec-Fetch-Site says same-origin nor is there an Origin. Browsers send one of them; "
    "a client that is none sends its token in the Authorization header instead."
)


def require_own_page(request: Request) -> None:
    """Raise CSRFFailed unless a page of ours, or of a trusted origin, has sent ``request``.

    A page of ours is one of this host. Others are named by Django's CSRF_TRUSTED_ORIGINS.
    Safe methods pass, and so does what Django's test client sends unless it enforces the check.
    """
    refusal = _refusal(request._request)
    if refusal is not None:
        logger.warning("event=csrf_refused path=%r why=%r", request.path, refusal)
        raise CSRFFailed(refusal)


def csrf_token(request: Request) -> str:
    """What a page sends in the header that CSRF_HEADER_NAME names (``X-CSRFToken``)."""
    _check().process_request(request._request)
    return get_token(request._request)


def send_csrf_cookie(request: Request, response: HttpResponseBase) -> None:
    """Set Django's cookie where the token was asked for or renewed, middleware or not."""
    _check().process_response(request._request, response)


def _refusal(request: HttpRequest) -> str | None:
    if request.method in SAFE_METHODS or getattr(request, "_dont_enforce_csrf_checks", False):
        return None
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not own and "Origin" not in request.headers:
        return _NO_ORIGIN
    reason = _check().process_view(request, None, (), {})  # type: ignore[arg-type]  # none is exempt
    return None if reason is None else str(reason)


def _check() -> CSRFCheck:
    return CSRFCheck(lambda request: HttpResponse())
