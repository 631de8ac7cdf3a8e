"""What is a refresh token? One generation of a session, which it may be the first to write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rest_framework_simplejwt import exceptions as simplejwt_exceptions
from rest_framework_simplejwt import tokens as simplejwt

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import Reason, refused_as
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.begin import begin
from drf_jwt_kit.sessions.claims import Additions, claims_of
from drf_jwt_kit.sessions.end import end_session_of
from drf_jwt_kit.sessions.refresh import would_refresh
from drf_jwt_kit.sessions.rows import new_session
from drf_jwt_kit.sessions.tokens import (
    TokenPair,
    claims_to_keep,
    reserved_names,
    session_claims,
)

from .access import AccessToken, LifetimeSetting, RefusedToken, SessionToken

if TYPE_CHECKING:
    from typing_extensions import Self


class RefreshToken(SessionToken, simplejwt.RefreshToken):
    """One generation of a session's refresh token.

    ``for_user(user)`` holds a session that is not in the database yet; it is inserted when
    the token is first written out (``str(token)`` or ``token.access_token``).
    """

    token_type = "refresh"
    kinds = (TokenKind.REFRESH,)
    lifetime = LifetimeSetting("REFRESH_TOKEN_LIFETIME")
    access_token_class = AccessToken
    no_copy_claims: tuple[str, ...] = ()  # type: ignore[assignment]

    session: Session | None = None
    user: Any = None

    @classmethod
    def for_user(cls, user: Any) -> Self:
        """The first refresh token of a new session of ``user``. Queries nothing yet."""
        token = super().for_user(user)
        token.session, token.user = new_session(user, token.lifetime), user
        token.payload.update(session_claims(token.session))
        return token

    def handed_over(self) -> tuple[Session, Additions]:
        """The session that ``for_user`` made, with the scope that was set on the token, and what
        was set on it for its access tokens. Raises RefusedToken for a token that was read."""
        if self.session is None:
            raise RefusedToken(Reason.NO_SESSION)
        self._follow(self.session)
        ours = type(self) is RefreshToken and self.access_token_class is AccessToken
        write = None if ours else self._written
        return self.session, Additions(claims=self.own_claims, write=write)

    def set_exp(
        self,
        claim: str = "exp",
        from_time: datetime | None = None,
        lifetime: timedelta | None = None,
    ) -> None:
        """Set ``exp``; on a session that is not stored yet, its refresh lifetime with it."""
        super().set_exp(claim, from_time, lifetime)
        if claim == "exp" and lifetime is not None and self.session is not None:
            self.session.refresh_lifetime = lifetime

    @property
    def generation(self) -> int:
        """How often this session's token had been rotated when this one was written."""
        return self.presented.gen

    @property
    def own_claims(self) -> dict[str, Any]:
        """The claims that somebody set on this token, for its access tokens."""
        left_out = reserved_names() | set(self.no_copy_claims)
        return {name: value for name, value in self.payload.items() if name not in left_out}

    @property
    def access_token(self) -> AccessToken:
        """An access token of this session, with the user's claims of this moment."""
        if self.session is None:
            return self._access_token(self.own_claims)
        session, added = self.handed_over()
        claims = claims_of(self.user, request=None, session=session, added=added)
        self._begin()
        return self._access_token(claims)

    def __str__(self) -> str:
        self._begin()
        return self._encoded()

    @refused_as(RefusedToken)
    def blacklist(self) -> Any:
        """End the session of this token, as Simple JWT's users know it."""
        end_session_of(self.presented)

    @refused_as(RefusedToken)
    def check_blacklist(self) -> None:
        """Raise RefusedToken where the session of this token has ended. One query."""
        would_refresh(self.presented, any_generation=True)

    def outstand(self) -> None:
        """Nothing to do: the session's row is the record of this token."""

    def _written(self, session: Session, claims: Mapping[str, Any]) -> TokenPair:
        """Both tokens of ``session``, by this class and its access token's."""
        self.payload.pop("scope", None)  # that of the row holds
        self.session = session
        self._follow(session)
        return TokenPair(access=str(self._access_token(claims)), refresh=self._encoded())

    def _access_token(self, claims: Mapping[str, Any]) -> AccessToken:
        access = self.access_token_class()
        access.payload.update(claims_to_keep(self.payload, claims))
        of_this_login = self.session and self.session.access_lifetime
        lifetime = min(of_this_login or access.lifetime, access.lifetime)
        access.set_exp(from_time=self.current_time, lifetime=lifetime)
        access.payload["exp"] = min(access.payload["exp"], self.payload["exp"])
        return access

    def _encoded(self) -> str:
        own = self.own_claims
        written = {name: value for name, value in self.payload.items() if name not in own}
        return str(self.get_token_backend().encode(written))

    def _begin(self) -> None:
        session = self.session
        if session is not None and session._state.adding:
            begin(session, self.user, write=lambda: self._follow(session))

    def _follow(self, session: Session) -> None:
        """Take identity and limits from the row. Claims that were set stay for the access token."""
        session.scope = session.scope or str(self.payload.pop("scope", ""))
        self.payload.update(session_claims(session))


def read(presented: str | bytes) -> AccessToken | RefreshToken:
    """A verified token of whichever kind ``presented`` is. Raises RefusedToken."""
    reason = Reason.WRONG_TYPE
    for token_class in (*get_settings().load("AUTH_TOKEN_CLASSES"), RefreshToken):
        try:
            token: AccessToken | RefreshToken = token_class(presented)
        except simplejwt_exceptions.TokenError as error:  # a class of the project's may raise it
            reason = getattr(error, "reason", Reason.INVALID)
            if reason is not Reason.WRONG_TYPE:
                break
        else:
            return token
    raise RefusedToken(reason)
