"""Does a valid token have the scopes and the recent login that a view requires, and whose is it?"""

from __future__ import annotations

import time
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from .exceptions import ActedFor, InsufficientScope, LoginTooOld
from .scopes import scopes_in


class HasRequiredScopes(BasePermission):
    """The token's ``scope`` holds every one of the view's ``required_scopes``.

    Raises InsufficientScope (403). A request without a token has no scope. Source: RFC 6750
    section 3.1.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or InsufficientScope."""
        if not set(view.required_scopes) <= scopes_in(_claim(request, "scope")):
            raise InsufficientScope(view.required_scopes)
        return True


class HasRecentLogin(BasePermission):
    """The token's login is not older than the view's ``max_auth_age`` (a timedelta).

    A refresh does not make a login younger. Raises LoginTooOld (401). Source: RFC 9470.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or LoginTooOld."""
        logged_in = _claim(request, "auth_time")
        known = isinstance(logged_in, (int, float)) and not isinstance(logged_in, bool)
        if not (known and time.time() - logged_in <= view.max_auth_age.total_seconds()):
            raise LoginTooOld(view.max_auth_age)
        return True


class NotActedFor(BasePermission):
    """The user itself asks, and nobody who acts as the user (``sessions.start(…, actor=…)``).

    For what only the user may do: a new password, an e-mail address, a payment. Raises ActedFor
    (403). Source of the claim: RFC 8693 section 4.1.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or ActedFor."""
        if _claim(request, "act") is not None:
            raise ActedFor
        return True


def _claim(request: Request, name: str) -> Any:
    claims: Any = request.auth
    return claims.get(name) if hasattr(claims, "get") else None
