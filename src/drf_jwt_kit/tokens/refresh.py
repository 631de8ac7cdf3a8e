"""What is a refresh token? One generation of a session; the first one stores the session."""

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
from drf_jwt_kit.scopes import text_of
from drf_jwt_kit.sessions import events, grant, place
from drf_jwt_kit.sessions.begin import begin
from drf_jwt_kit.sessions.end import end_session_of
from drf_jwt_kit.sessions.presented import REFRESH
from drf_jwt_kit.sessions.tokens import (
    Additions,
    TokenPair,
    claims_of,
    claims_to_keep,
    reserved_names,
    session_claims,
)
from drf_jwt_kit.sessions.verify import would_refresh

from .access import AccessToken, LifetimeSetting, RefusedToken, SessionToken

if TYPE_CHECKING:
    from typing_extensions import Self


class RefreshToken(SessionToken, simplejwt.RefreshToken):
    """One generation of a session's refresh token.

    ``for_user(user)`` makes one with a session that is not in the database yet; the session is
    stored at the first use of ``str(token)`` or ``token.access_token``.
    """

    token_type = "refresh"
    kinds, _kind = REFRESH, TokenKind.REFRESH
    lifetime = LifetimeSetting("REFRESH_TOKEN_LIFETIME")
    access_token_class = AccessToken
    no_copy_claims: tuple[str, ...] = ()  # type: ignore[assignment]

    session: Session | None = None
    user: Any = None
    scope_source = grant.GIVEN
    """Where a scope comes from that is set on this token, as the session remembers it."""
    computed: frozenset[str] = frozenset()
    """The claims that a project's ``get_token`` has set, which every refresh asks it for again."""

    @classmethod
    def for_user(cls, user: Any) -> Self:
        """The first refresh token of a new session of ``user``. Queries nothing yet."""
        token = super().for_user(user)
        token.session, token.user = grant.new_session(user, token.lifetime), user
        token.payload.update(session_claims(token.session))
        return token

    def handed_over(self) -> tuple[Session, Additions]:
        """The session from ``for_user`` with the token's scope, and the claims that were set for
        access tokens. Raises RefusedToken for a token that was not made by ``for_user``."""
        if self.session is None:
            raise RefusedToken(Reason.NO_SESSION)
        self._follow(self.session)
        self._tell_what_is_not_kept(self.session)
        return self.session, self._additions()

    def for_a_refresh(self) -> tuple[str | None, Additions]:
        """The scope set on the token, None if there is none, and the claims for access tokens."""
        scope = text_of(self.payload["scope"]) if "scope" in self.payload else None
        return scope, self._additions()

    def set_exp(
        self,
        claim: str = "exp",
        from_time: datetime | None = None,
        lifetime: timedelta | None = None,
    ) -> None:
        """Set ``exp``, and the refresh lifetime of a session that is not stored yet."""
        super().set_exp(claim, from_time, lifetime)
        if claim == "exp" and lifetime is not None and self.session is not None:
            self.session.refresh_lifetime = lifetime

    @property
    def generation(self) -> int:
        """How often the session had been rotated when this token was made."""
        return self.presented.gen

    @property
    def own_claims(self) -> dict[str, Any]:
        """The claims that were set on this token for its access tokens."""
        left_out = reserved_names() | set(self.no_copy_claims)
        return {name: value for name, value in self.payload.items() if name not in left_out}

    @property
    def access_token(self) -> AccessToken:
        """A new access token of this session, with the current claims of the user."""
        if self.session is None:
            return self._access_token(self.own_claims)
        self._follow(self.session)
        session, added = self.handed_over()
        claims = claims_of(self.user, request=None, session=session, added=added)
        self._begin()
        return self._access_token(claims)

    def __str__(self) -> str:
        self._begin()
        return self._encoded()

    @refused_as(RefusedToken)
    def blacklist(self) -> Any:
        """End the session of this token, under Simple JWT's name for it."""
        end_session_of(self.presented)

    @refused_as(RefusedToken)
    def check_blacklist(self) -> None:
        """Raise RefusedToken if the session of this token has ended. One query."""
        would_refresh(self.presented, any_generation=True)

    def outstand(self) -> None:
        """Do nothing: the row of the session is the record of this token."""

    def _additions(self) -> Additions:
        ours = type(self) is RefreshToken and self.access_token_class is AccessToken
        return Additions(claims=self.own_claims, write=None if ours else self._written)

    def _written(
        self, session: Session, claims: Mapping[str, Any], scope: str | None = None
    ) -> TokenPair:
        """Both tokens of ``session``, by this class and its access token's, that with ``scope``."""
        self.payload.pop("scope", None)  # that of the row holds
        self.session = session
        self._follow(session)
        access = self._access_token(claims)
        if scope is not None:
            access.payload["scope"] = scope
        return TokenPair(access=str(access), refresh=self._encoded())

    def _access_token(self, claims: Mapping[str, Any]) -> AccessToken:
        access = self.access_token_class()
        access.payload.update(claims_to_keep(self.payload, claims))
        if self.session is not None:  # or it is a client's token, and nobody has asked for its row
            access.payload.update(place.claims())
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
            self._tell_what_is_not_kept(session)
            begin(session, self.user, write=lambda: self._follow(session))

    def _tell_what_is_not_kept(self, session: Session) -> None:
        """Warn, once, of claims that the first access token has and no refresh can know of."""
        lost = self.own_claims.keys() - self.computed
        if lost and session._state.adding:
            self.computed |= lost
            events.claims_not_kept(session, lost)

    def _follow(self, session: Session) -> None:
        """Take the protocol's claims from the row, and give it a scope that the project has set.

        Claims set by the project stay. A scope of no known type is a limit of which nothing is
        left.
        """
        if not session.actor and self.payload.pop("act", None) is not None:
            events.claims_not_kept(session, {"act"})
        is_set = "scope" in self.payload
        scope = text_of(self.payload.pop("scope", None))
        is_new = is_set and (scope != session.scope or not session.scope_source)
        if is_new and session._state.adding:
            grant.limit(session, scope, self.scope_source)
        self.payload.update(session_claims(session))
        if is_new and not session._state.adding:  # too late for the session
            self.payload["scope"] = scope


def read(presented: str | bytes) -> AccessToken | RefreshToken:
    """The verified access or refresh token that was presented. Raises RefusedToken."""
    reason, final = Reason.WRONG_TYPE, True
    for token_class in (*get_settings().token_classes, RefreshToken):
        try:
            token: AccessToken | RefreshToken = token_class(presented)
        except simplejwt_exceptions.TokenError as error:  # a class of the project's may raise it
            reason = getattr(error, "reason", Reason.INVALID)
            final = getattr(error, "final", True)
            if reason is not Reason.WRONG_TYPE:
                break
        else:
            return token
    raise RefusedToken(reason, final=final)
