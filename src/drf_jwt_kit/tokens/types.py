"""Access and refresh tokens, and the session behind them.

A refresh token is written from its session's row and holds no claims.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import Reason
from drf_jwt_kit.jose.codec import TokenKind

from . import slot
from .claims import refuse_large, reserved_names
from .token import KitToken, LifetimeSetting, RefusedToken, epoch

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from rest_framework_simplejwt.serializers import AuthUser

    from .slot import SessionRow


_END_OF_TIME = 2**40
"""Epoch seconds that no clock shows."""


class AccessToken(KitToken, simplejwt.AccessToken):
    """What a request presents. Make one with ``sessions.start(user).access``."""

    token_type = "access"
    kinds = (TokenKind.ACCESS,)
    lifetime = LifetimeSetting("ACCESS_TOKEN_LIFETIME")

    def verify(self) -> None:
        """Also check that session and user are named. Raises RefusedToken."""
        super().verify()
        self.user_id  # noqa: B018  # it raises
        if not self.adopted:
            self.session_id  # noqa: B018
        auth_time = self.payload.get("auth_time")
        if type(auth_time) is not int or not 0 <= auth_time < _END_OF_TIME:
            raise RefusedToken(Reason.INVALID)

    @property
    def judged_by(self) -> int:
        """The time (epoch seconds) that a cut-off is held against: of its login, where we know.

        Of somebody else's token it is when that was issued; 0 where it does not say.
        """
        name = "iat" if self.foreign else "auth_time"
        moment = self.payload.get(name)
        return moment if type(moment) is int else 0

    def __str__(self) -> str:
        return refuse_large(super().__str__(), self.payload)


class RefreshToken(KitToken, simplejwt.RefreshToken):
    """One generation of a session's refresh token.

    ``for_user(user)`` holds a session that is not in the database yet; it is inserted when
    the token is first written out (``str(token)`` or ``token.access_token``).
    """

    token_type = "refresh"
    kinds = (TokenKind.REFRESH,)
    lifetime = LifetimeSetting("REFRESH_TOKEN_LIFETIME")
    access_token_class = AccessToken
    no_copy_claims: tuple[str, ...] = ()  # type: ignore[assignment]

    session: Any = None
    user: Any = None

    @classmethod
    def for_user(cls, user: AuthUser) -> Any:
        """The first refresh token of a new session of ``user``. Queries nothing yet."""
        token = super().for_user(user)
        token.bind(slot.store.new(user, refresh_lifetime=token.lifetime), user)
        return token

    @classmethod
    def of(cls, session: SessionRow, user: Any) -> RefreshToken:
        """The refresh token of ``session``'s current generation: the same one each time."""
        token: RefreshToken = super().for_user(user)
        token.bind(session, user)
        return token

    def bind(self, session: SessionRow, user: Any) -> None:
        """Take identity and limits from the row. Claims that were set stay for the access token."""
        self.session, self.user = session, user
        scope = self.payload.pop("scope", "")
        session.scope = session.scope or str(scope)  # as get_token may have set it
        self.payload.update(_protocol_claims(session))
        self.payload["gen"] = session.generation
        self.payload[get_settings().JTI_CLAIM] = expected_jti(session, session.generation)
        self.payload["exp"] = epoch(session.refreshable_until)

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

    def verify(self) -> None:
        """Also check that session, user and generation are named. Raises RefusedToken."""
        super().verify()
        self.session_id, self.user_id, self.generation  # noqa: B018  # they raise

    @property
    def generation(self) -> int:
        """How often this session's token had been rotated when this one was written."""
        generation = self.payload.get("gen")
        if type(generation) is not int or not 0 <= generation < 2**31:  # True == 1
            raise RefusedToken(Reason.INVALID)
        return generation

    @property
    def own_claims(self) -> dict[str, Any]:
        """The claims that somebody set on this token, for its access tokens."""
        left_out = reserved_names() | set(self.no_copy_claims)
        return {name: value for name, value in self.payload.items() if name not in left_out}

    @property
    def access_token(self) -> AccessToken:
        """An access token of this session, with the user's claims of this moment."""
        if self.session is not None:
            claims = slot.store.claims(self)
            slot.store.insert(self)
            return self.access_with(claims)
        return self.access_with(self.own_claims)

    def access_with(self, claims: dict[str, Any]) -> AccessToken:
        """An access token with exactly ``claims``; it never outlives this token."""
        access = self.access_token_class()
        protocol = {"sid", "auth_time", "scope", get_settings().USER_ID_CLAIM}
        reserved = reserved_names()
        access.payload.update({k: v for k, v in claims.items() if k not in reserved})
        if "sub" in access.payload:
            access.payload["sub"] = str(access.payload["sub"])  # RFC 7519 section 4.1.2
        access.payload.update({k: v for k, v in self.payload.items() if k in protocol})
        of_this_login = getattr(self.session, "access_lifetime", None) or access.lifetime
        lifetime = min(of_this_login, access.lifetime)
        access.set_exp(from_time=self.current_time, lifetime=lifetime)
        access.payload["exp"] = min(access.payload["exp"], self.payload["exp"])
        return access

    def __str__(self) -> str:
        if self.session is not None:
            slot.store.insert(self)
        written = {n: v for n, v in self.payload.items() if n not in self.own_claims}
        return str(self.get_token_backend().encode(written))

    def blacklist(self) -> Any:
        """End the session of this token, as Simple JWT's users know it."""
        slot.store.end(self)

    def check_blacklist(self) -> None:
        """Raise RefusedToken where the session of this token has ended. One query."""
        slot.store.require_live(self)

    def outstand(self) -> None:
        """Nothing to do: the session's row is the record of this token."""


class UntypedToken(KitToken, simplejwt.UntypedToken):
    """A token of either kind, where only its signature and times matter."""

    kinds = (TokenKind.ACCESS, TokenKind.REFRESH)

    def verify_token_type(self) -> None:
        """Any type will do."""


def read(presented: str | bytes, *, even_expired: bool = False) -> AccessToken | RefreshToken:
    """A verified token of whichever kind ``presented`` is. Raises RefusedToken."""
    access_classes = get_settings().load("AUTH_TOKEN_CLASSES")
    refusal = RefusedToken(Reason.INVALID)
    for token_class in (*access_classes, RefreshToken):
        try:
            token: AccessToken | RefreshToken = (
                token_class.even_expired(presented) if even_expired else token_class(presented)
            )
        except TokenError as error:  # a class of the project's may raise Simple JWT's own
            refusal = error if isinstance(error, RefusedToken) else RefusedToken(Reason.INVALID)
            if refusal.reason is not Reason.WRONG_TYPE:
                break
        else:
            return token
    raise refusal


def expected_jti(session: SessionRow, generation: int) -> str:
    """The one ``jti`` of a session's refresh token of ``generation``.

    Bound to the row's secret, so that neither a stolen signing key nor a stolen database is
    enough to make a refresh token.
    """
    message = f"{session.id}:{generation}".encode()
    digest = hmac.digest(session.secret.encode(), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _protocol_claims(session: SessionRow) -> dict[str, Any]:
    claims = {"sid": str(session.id), "auth_time": epoch(session.auth_time)}
    return {**claims, "scope": session.scope} if session.scope else claims
