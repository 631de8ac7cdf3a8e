"""Mistakes that type checkers must see.

The comment at the end of a line names what mypy and pyright say of it. Where either says nothing,
that comment is one too many, and an error. So the sample cannot pass because everything in it has
become ``Any``, or because nobody has looked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.sessions import SessionLimits
from drf_jwt_kit.tokens import RefreshToken

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

    from drf_jwt_kit.models import Session
    from drf_jwt_kit.request import KitRequest

    from .shop.models import User


def misspell(request: KitRequest[User]) -> None:
    """Names that are not there."""
    assert request.user.emial  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    assert request.auth.sesion_id  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    assert RefreshToken.for_user(request.user).acces_token  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def mistake(user: User, request: HttpRequest, session: Session) -> None:
    """Values of the wrong type."""
    sessions.start(request, user)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    sessions.start(user, request)["access"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    sessions.authenticate("eyJ")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    sessions.revoke(user)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    sessions.rename(session, user, "a name")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    SessionLimits(max_age=86_400)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    session.ip.split(".")  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


class Obtain(TokenObtainPairSerializer):
    """A token that is only its text."""

    @classmethod
    def get_token(cls, user: User) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return str(super().get_token(user))


class Authentication(JWTAuthentication):
    """A user without a token."""

    def authenticate(self, request: Request) -> User | None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        holder: tuple[Any, Any] | None = super().authenticate(request)
        return None if holder is None else holder[0]
