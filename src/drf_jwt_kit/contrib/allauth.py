"""How does django-allauth's headless API end in our tokens?

``HEADLESS_TOKEN_STRATEGY`` names the first class here, ``USERSESSIONS_ADAPTER`` the second. See
docs/how-to/allauth.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from allauth.account.signals import password_changed, password_set
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import JsonResponse
from rest_framework.exceptions import APIException

from drf_jwt_kit import sessions
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, NoActiveAccount
from drf_jwt_kit.guards import body_of
from drf_jwt_kit.models import RevokedReason
from drf_jwt_kit.sessions import carried


class TokenStrategy(SessionTokenStrategy):  # type: ignore[misc]  # allauth has no types
    """Our tokens for a client of the kind ``app``, once allauth has let the user in.

    While allauth still asks for something, a second factor or a confirmed address, there are none.
    Logging out there ends our session, and where ours has ended, its session token is refused.
    """

    def create_access_token_payload(self, request: Any) -> dict[str, Any]:
        """Begin a session of ours: ``access_token``, ``refresh_token`` and ``expires_in``.

        That of another user, who was logged in with the same session token, ends.
        """
        before = getattr(request.session, "carried_before", None)
        with _refusals_answered(request):
            if before is not None:
                sessions.revoke(before, reason=RevokedReason.REPLACED)
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
        if session is None:
            return None
        with _refusals_answered():
            if carried.has_ended(session):
                return None
        session.carried_before = carried.carried(session)  # a login empties it, if of another user
        return session

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """The next tokens; None if the token is refused."""
        try:
            with _refusals_answered():
                pair = sessions.refresh(refresh_token)
        except InvalidToken:
            return None
        return pair.access, pair.refresh or refresh_token


class UserSessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]  # the same
    """What a user ends on allauth's page of sessions ends our session, too."""

    def end_sessions(self, sessions: Any) -> None:
        """End ours before Django's, which stay where the database does not answer."""
        store = import_module(settings.SESSION_ENGINE).SessionStore
        with _refusals_answered():
            for one in sessions:
                carried.end_with(store(one.session_key), RevokedReason.ENDED_BY_OWNER)
        super().end_sessions(sessions)


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


user_logged_out.disconnect(dispatch_uid=carried.LOG_OUT)


@receiver(user_logged_out, dispatch_uid=carried.LOG_OUT)
def log_out(*, request: Any, **_: Any) -> None:
    """End the session that the Django session carries, or answer 503 and log nobody out."""
    with _refusals_answered():
        carried.log_out(request=request)
    headless = getattr(getattr(request, "allauth", None), "headless", None)
    if headless is not None:  # whoever logs in again in this request needs new tokens
        headless._pre_user = AnonymousUser()


@receiver([password_changed, password_set])
def keep_session(*, request: Any, user: Any, **_: Any) -> None:
    """Whoever changes the password stays logged in, and nobody else."""
    sessions.keep(request, user)
