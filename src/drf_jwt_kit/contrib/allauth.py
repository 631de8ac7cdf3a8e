"""How does django-allauth's headless API end in our tokens?

``HEADLESS_TOKEN_STRATEGY`` names the class here. See docs/how-to/allauth.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.signals import password_changed, password_set
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.contrib.auth import logout
from django.dispatch import receiver
from django.http import JsonResponse
from rest_framework.exceptions import APIException

from drf_jwt_kit import sessions
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, NoActiveAccount
from drf_jwt_kit.guards import body_of
from drf_jwt_kit.sessions import carried


class TokenStrategy(SessionTokenStrategy):  # type: ignore[misc]  # allauth has no types
    """Our tokens for a client of the kind ``app``, once allauth has let the user in.

    While allauth still asks for something, a second factor or a confirmed address, there are none.
    Logging out there ends our session, and where ours has ended, its session token is refused.
    """

    def create_access_token_payload(self, request: Any) -> dict[str, Any]:
        """Begin a session of ours: ``access_token``, ``refresh_token`` and ``expires_in``."""
        with _refusals_answered(request):
            pair = sessions.start(request.user, request)
        carried.carry(request, pair)
        return {
            "access_token": pair.access,
            "refresh_token": pair.refresh,
            "expires_in": get_settings().access_seconds,
        }

    def lookup_session(self, session_token: str) -> Any:
        """The Django session; None if ours has ended."""
        session = super().lookup_session(session_token)
        with _refusals_answered():
            return None if session is not None and carried.has_ended(session) else session

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """The next tokens; None if the token is refused."""
        try:
            with _refusals_answered():
                pair = sessions.refresh(refresh_token)
        except InvalidToken:
            return None
        return pair.access, pair.refresh or refresh_token


@contextmanager
def _refusals_answered(request: Any = None) -> Iterator[None]:
    """Answer what refuses in this block as our endpoints do: allauth's views know no such errors.

    A user whom we refuse is logged out of the Django session of ``request``, too.
    """
    try:
        yield
    except InvalidToken:
        raise
    except APIException as refusal:
        if isinstance(refusal, NoActiveAccount):
            logout(request)
        wait = getattr(refusal, "wait", None)
        headers = {"Retry-After": str(wait)} if wait else {}
        answer = JsonResponse(body_of(refusal), status=refusal.status_code, headers=headers)
        raise ImmediateHttpResponse(answer) from refusal


@receiver([password_changed, password_set])
def keep_session(*, request: Any, user: Any, **_: Any) -> None:
    """Whoever changes the password stays logged in, and nobody else."""
    sessions.keep(request, user)
