"""Where tokens find the sessions that they may not import: ``sessions`` imports tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from .types import RefreshToken


class SessionRow(Protocol):
    """What a token needs to know of the row of its session."""

    id: UUID
    secret: str
    generation: int
    auth_time: datetime
    access_lifetime: timedelta | None
    scope: str

    @property
    def refreshable_until(self) -> datetime: ...


class SessionStore(Protocol):
    """What sessions do for tokens."""

    def new(self, user: Any, refresh_lifetime: timedelta) -> SessionRow: ...
    def insert(self, token: RefreshToken) -> None: ...
    def claims(self, token: RefreshToken) -> dict[str, Any]: ...
    def end(self, token: RefreshToken) -> None: ...
    def require_live(self, token: RefreshToken) -> None: ...


store: SessionStore = cast("SessionStore", None)
"""Filled by ``drf_jwt_kit.sessions``, which the app imports when it is ready."""
