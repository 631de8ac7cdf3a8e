"""Sessions that the shop's own code begins, asks and ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.dispatch import receiver

from drf_jwt_kit import sessions
from drf_jwt_kit.sessions import RevokedReason, SessionLimits
from drf_jwt_kit.signals import session_revoked, session_started
from drf_jwt_kit.tokens import AccessToken, RefreshToken

from .models import User

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest
    from rest_framework.request import Request

    from drf_jwt_kit.models import Session


def log_in(user: User, request: HttpRequest) -> dict[str, str]:
    return sessions.start(user, request, name="a till", scope="orders").as_data()


def log_in_as_with_simple_jwt(user: User) -> tuple[str, str]:
    refresh = RefreshToken.for_user(user)
    return str(refresh), str(refresh.access_token)


def user_of(raw_token: str) -> User:
    user: User = sessions.authenticate(AccessToken(raw_token))
    return user


def end_others(user: User, current: UUID) -> int:
    ended = 0
    for session in sessions.live_sessions(user):
        if session.id != current and session.created_at < session.expires_at:
            ended += sessions.revoke(session, reason=RevokedReason.LOGOUT_ALL)
    return ended + sessions.revoke(user=user, keep=current)


def session_limits(user: User, request: Request | HttpRequest | None) -> SessionLimits:
    return SessionLimits(max_age=timedelta(days=90), max_sessions=2 if user.is_staff else None)


@receiver(session_started)
def greet(
    sender: type[Session], *, session: Session, user: User, request: object, **more: object
) -> None:
    user.email_user("A new login", f"{session.device_name}, {session.created_at:%H:%M}")


@receiver(session_revoked)
def warn(
    sender: type[Session], *, session_id: UUID | None, user_id: int, reason: str, **more: object
) -> None:
    if session_id is not None and reason == RevokedReason.REUSED.value:
        User.objects.get(pk=user_id).email_user("A stolen token?", str(session_id))
