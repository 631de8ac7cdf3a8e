"""The types that our own calls answer, exactly: ``Any`` in any of these places is an error.

Read by type checkers and never run.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from typing_extensions import assert_type

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import TokenPair
from drf_jwt_kit.tokens import AccessToken, RefreshToken

from .shop.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest

    from drf_jwt_kit.request import KitRequest
    from drf_jwt_kit.resource_server import Principal


def of_sessions(user: User, request: HttpRequest, session: Session) -> None:
    pair = sessions.start(user, request)
    assert_type(pair, TokenPair)
    assert_type(pair.access, str)
    assert_type(pair.refresh, str | None)
    assert_type(sessions.refresh(pair.access), TokenPair)
    assert_type(sessions.live_sessions(user), list[Session])
    assert_type(sessions.rename(session.id, user, "a till"), Session | None)
    assert_type(sessions.revoke(session), int)
    assert_type(sessions.revoke(session.id), int)
    assert_type(sessions.revoke_all(), datetime)


def of_rows(session: Session) -> None:
    assert_type(session.id, UUID)
    assert_type(session.name, str)
    assert_type(session.ip, str | None)
    assert_type(session.created_at, datetime)
    assert_type(session.revoked_at, datetime | None)
    assert_type(Session.objects.filter(ip="203.0.113.1").first(), Session | None)


def of_tokens(user: User) -> None:
    refresh = RefreshToken.for_user(user)
    assert_type(refresh, RefreshToken)
    assert_type(refresh.access_token, AccessToken)
    assert_type(refresh.session_id, UUID)
    assert_type(AccessToken("eyJ").user_id, str)


def of_requests(request: KitRequest[User]) -> None:
    assert_type(request.user, User)
    assert_type(request.auth, AccessToken)
    holder = JWTAuthentication().authenticate(request)
    assert holder is not None
    assert_type(holder[1], AccessToken)


def of_requests_to_a_resource_server(request: KitRequest[Principal, dict[str, Any]]) -> None:
    assert_type(request.user.pk, str)
    assert_type(request.user.scopes, frozenset[str])
    assert_type(request.auth, dict[str, Any])
