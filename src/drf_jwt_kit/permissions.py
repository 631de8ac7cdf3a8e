"""Does a valid token have the scopes and the login that a view requires, and whose is it?"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from .exceptions import ActedFor, InsufficientScope, LoginTooOld, LoginTooWeak
from .scopes import required_by, scopes_in


class HasRequiredScopes(BasePermission):
    """The token's ``scope`` holds every one of the view's ``required_scopes`` for the method.

    Raises InsufficientScope (403). A request without a token has no scope. Source: RFC 6750
    section 3.1.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or InsufficientScope; also for a method that the view does not name."""
        required = required_by(view.required_scopes, request.method)
        if required is None or not set(required) <= scopes_in(_claim(request, "scope")):
            raise InsufficientScope(required or ())
        return True


class HasRecentLogin(BasePermission):
    """The token's login is not older than the view's ``max_auth_age`` (a timedelta).

    A refresh does not make a login younger. Raises LoginTooOld (401). Source: RFC 9470.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or LoginTooOld."""
        if not is_recent(request, view.max_auth_age):
            raise LoginTooOld(view.max_auth_age, getattr(view, "acr_values", ()))
        return True


class HasRequiredACR(BasePermission):
    """The token's ``acr`` is one of the view's ``acr_values``.

    It is a claim of the project's. Raises LoginTooWeak (401). Source: RFC 9470.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or LoginTooWeak."""
        acr, asked = _claim(request, "acr"), view.acr_values
        asked = [asked] if isinstance(asked, str) else asked
        if not (isinstance(acr, str) and acr in asked):
            raise LoginTooWeak(getattr(view, "max_auth_age", None), asked)
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


def is_recent(request: Request, max_auth_age: timedelta) -> bool:
    """Whether the login of the token of ``request`` is not older; False if that is not known."""
    logged_in = _claim(request, "auth_time")
    known = isinstance(logged_in, (int, float)) and not isinstance(logged_in, bool)
    return known and time.time() - logged_in <= max_auth_age.total_seconds()


def _claim(request: Request, name: str) -> Any:
    claims: Any = request.auth
    return claims.get(name) if hasattr(claims, "get") else None
