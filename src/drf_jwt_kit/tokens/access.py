"""What do tokens of every kind have in common, and what is an access token?

Simple JWT reads lifetimes, claim names and keys once, at import. Here they are read when they are
needed, so its methods are overridden and not called: its classes are bases for ``isinstance`` only.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast
from uuid import UUID, uuid4

from rest_framework_simplejwt import exceptions as simplejwt_exceptions
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.utils import aware_utcnow, datetime_to_epoch

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason, refused_as
from drf_jwt_kit.jose.codec import TokenKind, read_unverified
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.sessions.presented import ACCESS, EITHER, Origin, Presented, read, verified
from drf_jwt_kit.sessions.tokens import short_enough, signed

if TYPE_CHECKING:
    from typing_extensions import Self


class RefusedToken(  # named as Simple JWT names them
    InvalidToken, simplejwt_exceptions.InvalidToken, simplejwt_exceptions.TokenError
):
    """A refused token, as the classes here and in ``authentication`` raise it.

    It is an InvalidToken of ours and of Simple JWT, and a TokenError.
    """


_verified = refused_as(RefusedToken)(verified)
_read = refused_as(RefusedToken)(read)
_presented_of = refused_as(RefusedToken)(Presented.of)
_read_unverified = refused_as(RefusedToken)(read_unverified)


class LifetimeSetting:
    """A lifetime setting that is read at each access, on the class and on its tokens."""

    def __init__(self, setting: str) -> None:
        self.setting = setting

    def __get__(self, token: object, owner: type) -> timedelta:
        value: timedelta = getattr(get_settings(), self.setting)
        return value


class KitTokenBackend:
    """A token backend with the interface of Simple JWT and our keys, for tokens of ``kinds``."""

    def __init__(self, *kinds: TokenKind) -> None:
        self.kinds = frozenset(kinds)

    def get_leeway(self) -> timedelta:
        """How far another machine's clock may be off."""
        return get_settings().LEEWAY

    def encode(self, payload: dict[str, Any]) -> str:
        """``payload`` signed, with the project's ``iss`` and ``aud``."""
        return signed(payload, TokenKind.REFRESH if "gen" in payload else TokenKind.ACCESS)

    def decode(self, token: str | bytes, verify: bool = True) -> dict[str, Any]:
        """The claims of ``token``, not verified if ``verify`` is False. Raises InvalidToken."""
        return verified(token, self.kinds)[0] if verify else read_unverified(token)


class KitToken(simplejwt.Token):
    """A token signed and verified with the keys of the project."""

    kinds: ClassVar[frozenset[TokenKind]]
    origin = Origin.OURS
    """Who issued it."""
    session_is_live = False
    """Whether the session of this token is known to be live, in this request."""
    _presented: Presented | None = None

    def __init__(self, token: Any = None, verify: bool = True) -> None:
        self.token = token
        if token is None:
            self.payload: dict[str, Any] = {}
            if type_claim := get_settings().TOKEN_TYPE_CLAIM:
                self.payload[type_claim] = self.token_type
            self.set_exp()
            self.set_iat()
            self.set_jti()
            return
        if not verify:
            self.payload = _read_unverified(token)
            return
        self._read(token)
        self.verify()

    @cached_property
    def current_time(self) -> datetime:  # type: ignore[override]  # an attribute there
        """When this was first asked, so that the times in a token are of one moment."""
        return aware_utcnow()

    def _read(self, token: str | bytes) -> None:
        self.payload, _, self.origin = _verified(token, self.kinds)

    def __getitem__(self, key: str) -> Any:  # type checkers guess less than Any of Simple JWT's
        return self.payload[key]

    def __str__(self) -> str:
        return str(self.get_token_backend().encode(self.payload))

    @property
    def token_backend(self) -> Any:
        """A backend with the interface of Simple JWT and our keys."""
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
        """A token for ``user`` without a session, which JWTAuthentication refuses."""
        token = cls()
        token.payload[get_settings().USER_ID_CLAIM] = user_id_of(user)
        return token


class SessionToken(KitToken):
    """What all tokens have in common: they may name a session and a user."""

    _kind: TokenKind

    def _read(self, token: str | bytes) -> None:
        """Also require that the token names a session and a user. Raises RefusedToken."""
        self._presented = presented = _read(token, self.kinds)
        self.payload, self.origin = cast("dict[str, Any]", presented.claims), presented.origin

    @property
    def presented(self) -> Presented:
        """The token as a plain value for ``drf_jwt_kit.sessions``.

        Raises RefusedToken if the token was made without a session.
        """
        return self._presented or _presented_of(self.payload, self._kind, self.origin)

    @property
    @refused_as(RefusedToken)
    def session_id(self) -> UUID:
        """The session that the token belongs to (``sid``). Raises RefusedToken."""
        return self.presented.session_id

    @property
    def user_id(self) -> str:
        """The id of the user in the token. Raises RefusedToken."""
        return self.presented.user_id


class AccessToken(SessionToken, simplejwt.AccessToken):
    """The token of a request. ``sessions.start(user).access`` makes one."""

    token_type = "access"
    kinds, _kind = ACCESS, TokenKind.ACCESS
    lifetime = LifetimeSetting("ACCESS_TOKEN_LIFETIME")

    def __str__(self) -> str:
        return short_enough(super().__str__(), self.payload)


class UntypedToken(SessionToken, simplejwt.UntypedToken):
    """A token of either kind, of which only signature and times are checked."""

    kinds = EITHER

    @property
    def _kind(self) -> TokenKind:  # type: ignore[override]  # what it is, its claims say
        return TokenKind.REFRESH if "gen" in self.payload else TokenKind.ACCESS

    _read = KitToken._read

    def verify(self) -> None:
        """Accept any type, but require an identifier. Raises RefusedToken."""
        if not isinstance(self.payload.get(get_settings().JTI_CLAIM), str):
            raise RefusedToken(Reason.INVALID)
