"""Who opens a socket? By the header, a ticket or the cookie of the request that becomes it."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from django.core.handlers.asgi import ASGIRequest
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.exceptions import CSRFFailed
from drf_jwt_kit.tokens import AccessToken
from drf_jwt_kit.transports import access_in, is_own_origin

from .tickets import redeemed


@sensitive_variables()
def holder_of(scope: Any) -> tuple[Any, AccessToken] | None:
    """``(user, token)`` of the handshake in ``scope``; None if it presents nothing. One query.

    The header counts, or else the ticket, or else the cookie; and the first that is there alone.
    A browser sends a cookie whoever's page opens the socket, so that one must be of ours. Raises
    what JWTAuthentication does, and CSRFFailed.
    """
    request, asked = request_of(scope), JWTAuthentication()
    header = asked.header_token(request)
    if header is not None:
        return asked.holder_of(header, request)
    tickets = parse_qs(request.META["QUERY_STRING"]).get("ticket")
    if tickets:
        token = redeemed(tickets[0])
        return asked.get_user(token), token
    cookie = access_in(request)
    if cookie is None:
        return None
    holder = asked.holder_of(cookie.encode(errors="replace"), request)
    if not is_own_origin(request):
        raise CSRFFailed(
            "The page that opened the socket is not of this host. If it is yours, name its origin "
            "in CSRF_TRUSTED_ORIGINS."
        )
    return holder


def request_of(scope: Any) -> Any:
    """The handshake as a request of Django's, which knows hosts, proxies and schemes."""
    scheme = {"wss": "https", "ws": "http"}[scope.get("scheme", "ws")]
    return ASGIRequest({**scope, "method": "GET", "scheme": scheme}, BytesIO())
