"""What tokens need of sessions: ``RefreshToken.for_user`` starts one when it is written out.

See ``tokens.slot``, which this module fills.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_jwt_kit.exceptions import NoActiveAccount
from drf_jwt_kit.tokens import slot
from drf_jwt_kit.tokens.claims import serializer_claims

from . import ending, limits, starting
from .account import may_log_in

if TYPE_CHECKING:
    from datetime import timedelta

    from drf_jwt_kit.models import Session
    from drf_jwt_kit.tokens import RefreshToken


class Store:
    """The sessions behind tokens; the methods are those of ``tokens.slot.SessionStore``."""

    def new(self, user: Any, refresh_lifetime: timedelta) -> Session:
        """A session of ``user`` that is not in the database. Queries nothing."""
        return starting.new_session(user, refresh_lifetime)

    def insert(self, token: RefreshToken) -> None:
        """Store the session of ``token``, unless it is stored."""
        if not token.session._state.adding:
            return
        if not may_log_in(token.user):
            raise NoActiveAccount
        most = limits.impose(token.session, token.user, request=None)
        token.bind(token.session, token.user)
        starting.insert(token.session, token.user, request=None)
        limits.end_excess(token.session, token.user, most)

    def claims(self, token: RefreshToken) -> dict[str, Any]:
        """What an access token of ``token`` says about its user."""
        given = serializer_claims(token.user, request=None, session=token.session)
        return {**given, **token.own_claims}

    def end(self, token: RefreshToken) -> None:
        """Log out by ``token``."""
        ending.end_session_of(token)

    def require_live(self, token: RefreshToken) -> None:
        """Raise RefusedToken where the session of ``token`` has ended."""
        ending.require_live(token)


slot.store = Store()
