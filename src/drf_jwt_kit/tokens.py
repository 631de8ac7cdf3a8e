"""Simple JWT's token classes, by their names: a thin coat over ``sessions``, which does the work.

What Simple JWT freezes at import (lifetimes, claim names, keys) is read when it is needed here,
which is why its methods are overridden and not called: subclassing is for ``isinstance``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from rest_framework_simplejwt import exceptions as simplejwt_exceptions
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.utils import aware_utcnow, datetime_to_epoch

from .conf import get_settings
from .exceptions import InvalidToken, Reason, refused_as
from .jose.codec import TokenKind, read_unverified
from .sessions.account import user_id_of
from .sessions.begin import begin, new_session
from .sessions.claims import Additions, ClaimsSerializer, ProfileClaims, claims_of
from .sessions.end import end_session_of
from .sessions.presented import EITHER, Origin, Presented, verified
from .sessions.refresh import would_refresh
from .sessions.tokens import access_claims, reserved_names, session_claims, short_enough, signed

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from typing_extensions import Self

    from .models import Session

__all__ = ["AccessToken", "ClaimsSerializer", "ProfileClaims", "RefreshToken", "UntypedToken"]


class RefusedToken(  # named as Simple JWT names them
    InvalidToken, simplejwt_exceptions.InvalidToken, simplejwt_exceptions.TokenError
):
    """What the classes here, and those of ``authentication``, raise for a token that is refused.

    It is an InvalidToken of ours and of Simple JWT's, and a TokenError.
    """


class LifetimeSetting:
    """A lifetime setting, read at each access, on the class as well as on a token."""

    def __init__(self, setting: str) -> None:
        self.setting = setting

    def __get__(self, token: object, owner: type) -> timedelta:
        value: timedelta = getattr(get_settings(), self.setting)
        return value


class KitTokenBackend:
    """Simple JWT's backend contract over our keys, for tokens of ``kinds``."""

    def __init__(self, *kinds: TokenKind) -> None:
        self.kinds = frozenset(kinds)

    def get_leeway(self) -> timedelta:
        """How far another machine's clock may be off."""
        return get_settings().LEEWAY

    def encode(self, payload: dict[str, Any]) -> str:
        """``payload`` signed, with the project's ``iss`` and ``aud``."""
        return signed(payload, TokenKind.REFRESH if "gen" in payload else TokenKind.ACCESS)

    def decode(self, token: str | bytes, verify: bool = True) -> dict[str, Any]:
        """The claims of ``token``. Raises InvalidToken. Unverified where ``verify`` is False."""
        return verified(token, self.kinds)[0] if verify else read_unverified(token)


class KitToken(simplejwt.Token):
    """A token signed and verified by ``drf_jwt_kit.keys``."""

    kinds: ClassVar[tuple[TokenKind, ...]]
    origin = Origin.OURS
    """Who issued it."""
    session_is_live = False
    """Whether somebody has asked the session table, for this request."""
    _presented: Presented | None = None

    def __init__(self, token: Any = None, verify: bool = True) -> None:
        self.token = token
        self.current_time = aware_utcnow()
        if token is None:
            self.payload: dict[str, Any] = {}
            if type_claim := get_settings().TOKEN_TYPE_CLAIM:
                self.payload[type_claim] = self.token_type
            self.set_exp()
            self.set_iat()
            self.set_jti()
            return
        with refused_as(RefusedToken):
            if not verify:
                self.payload = read_unverified(token)
                return
            self.payload, _, self.origin = verified(token, frozenset(self.kinds))
        self.verify()

    def __getitem__(self, key: str) -> Any:  # type checkers guess less than Any of Simple JWT's
        return self.payload[key]

    def __str__(self) -> str:
        return str(self.get_token_backend().encode(self.payload))

    @property
    def token_backend(self) -> Any:
        """Our keys behind Simple JWT's backend contract."""
        return KitTokenBackend(*self.kinds)

    def verify(self) -> None:
        """Check the claims that every token of ours has. Raises RefusedToken."""
        self.verify_token_type()

    def verify_token_type(self) -> None:
        """Check the type claim. Raises RefusedToken."""
        type_claim = get_settings().TOKEN_TYPE_CLAIM
        if type_claim is not None and self.payload.get(type_claim) != self.token_type:
            raise RefusedToken(Reason.WRONG_TYPE)

    def set_jti(self) -> None:
        """Give the token an identifier of its own. Source: RFC 7519 section 4.1.7."""
        self.payload[get_settings().JTI_CLAIM] = uuid4().hex

    def check_exp(self, claim: str = "exp", current_time: datetime | None = None) -> None:
        """Check that the time in ``claim`` (epoch seconds) has not passed. Raises RefusedToken."""
        value = self.payload.get(claim)
        if type(value) is not int:
            raise RefusedToken(Reason.INVALID)
        if value <= datetime_to_epoch((current_time or self.current_time) - get_settings().LEEWAY):
            raise RefusedToken(Reason.EXPIRED)

    @property
    def jti(self) -> str:
        """The token's own identifier."""
        return str(self.payload[get_settings().JTI_CLAIM])

    @classmethod
    def for_user(cls, user: Any) -> Self:
        """A token for ``user`` that belongs to no session; the strict class refuses it."""
        token = cls()
        token.payload[get_settings().USER_ID_CLAIM] = user_id_of(user)
        return token


class _TokenOfAKind(KitToken):
    """What access and refresh tokens have and an untyped one has not."""

    def verify(self) -> None:
        """Also check that session and user are named. Raises RefusedToken."""
        super().verify()
        self._presented = self.presented

    @property
    @refused_as(RefusedToken)
    def presented(self) -> Presented:
        """What the token is to ``drf_jwt_kit.sessions``: as it was verified, or as it was made.

        Raises RefusedToken where it was made without a session.
        """
        return self._presented or Presented.of(self.payload, self.kinds[0], self.origin)

    @property
    @refused_as(RefusedToken)
    def session_id(self) -> UUID:
        """The session that the token belongs to (``sid``). Raises RefusedToken."""
        return self.presented.session_id

    @property
    def user_id(self) -> str:
        """What the token says of its user's identity. Raises RefusedToken."""
        return self.presented.user_id


class AccessToken(_TokenOfAKind, simplejwt.AccessToken):
    """What a request presents. Make one with ``sessions.start(user).access``."""

    token_type = "access"
    kinds = (TokenKind.ACCESS,)
    lifetime = LifetimeSetting("ACCESS_TOKEN_LIFETIME")

    def __str__(self) -> str:
        return short_enough(super().__str__(), self.payload)


class RefreshToken(_TokenOfAKind, simplejwt.RefreshToken):
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
        return self.session, Additions(
            claims=self.own_claims, access_lifetime=self.access_token_class.lifetime
        )

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
        claims, lifetime = self.own_claims, self.access_token_class.lifetime
        if session := self.session:
            _, added = self.handed_over()
            claims = claims_of(self.user, request=None, session=session, added=added)
            self._begin()
            lifetime = min(session.access_lifetime or lifetime, lifetime)
        access = self.access_token_class()
        access.payload.update(access_claims(self.payload, claims, lifetime))
        return access

    def __str__(self) -> str:
        self._begin()
        own = self.own_claims
        written = {name: value for name, value in self.payload.items() if name not in own}
        return str(self.get_token_backend().encode(written))

    def blacklist(self) -> Any:
        """End the session of this token, as Simple JWT's users know it."""
        end_session_of(self.presented)

    @refused_as(RefusedToken)
    def check_blacklist(self) -> None:
        """Raise RefusedToken where the session of this token has ended. One query."""
        would_refresh(self.presented, any_generation=True)

    def outstand(self) -> None:
        """Nothing to do: the session's row is the record of this token."""

    def _begin(self) -> None:
        session = self.session
        if session is not None and session._state.adding:
            begin(session, self.user, write=lambda: self._follow(session))

    def _follow(self, session: Session) -> None:
        """Take identity and limits from the row. Claims that were set stay for the access token."""
        session.scope = session.scope or str(self.payload.pop("scope", ""))
        self.payload.update(session_claims(session))


class UntypedToken(KitToken, simplejwt.UntypedToken):
    """A token of either kind, where only its signature and times matter."""

    kinds = tuple(EITHER)

    def verify_token_type(self) -> None:
        """Any type will do, and it must have an identifier of its own. Raises RefusedToken."""
        if not isinstance(self.payload.get(get_settings().JTI_CLAIM), str):
            raise RefusedToken(Reason.INVALID)


def read(presented: str | bytes) -> AccessToken | RefreshToken:
    """A verified token of whichever kind ``presented`` is. Raises RefusedToken."""
    refusal = RefusedToken(Reason.INVALID)
    for token_class in (*get_settings().load("AUTH_TOKEN_CLASSES"), RefreshToken):
        try:
            token: AccessToken | RefreshToken = token_class(presented)
        except simplejwt_exceptions.TokenError as error:  # a class of the project's may raise it
            refusal = error if isinstance(error, RefusedToken) else RefusedToken(Reason.INVALID)
            if refusal.reason is not Reason.WRONG_TYPE:
                break
        else:
            return token
    raise refusal
