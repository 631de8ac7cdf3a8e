"""Access and refresh tokens: Simple JWT's classes, with our keys, our settings and a session.

A refresh token is written from its session's row and holds no claims. What Simple JWT
freezes at import (lifetimes, claim names, keys) is read when it is needed here, which is
why its methods are overridden and not called: subclassing is for ``isinstance``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast
from uuid import UUID

from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.utils import aware_utcnow, datetime_to_epoch

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.keys import TokenKind

from .backend import KitTokenBackend
from .claims import refuse_large, reserved_names

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from rest_framework_simplejwt.serializers import AuthUser


class RefusedToken(InvalidToken, TokenError):  # noqa: N818  # named as Simple JWT names them
    """What ``RefreshToken(raw)`` and its siblings raise: also a TokenError of Simple JWT's."""


class SessionRow(Protocol):
    """What a token needs to know of the row of its session."""

    id: UUID
    secret: str
    generation: int
    auth_time: datetime
    scope: str

    @property
    def refreshable_until(self) -> datetime: ...


class SessionStore(Protocol):
    """What ``drf_jwt_kit.sessions`` does for tokens; it puts itself into ``store``.

    Tokens may not import sessions, which import tokens.
    """

    def new(self, user: Any, refresh_lifetime: timedelta) -> SessionRow: ...
    def insert(self, token: RefreshToken) -> None: ...
    def claims(self, token: RefreshToken) -> dict[str, Any]: ...
    def end(self, token: RefreshToken) -> None: ...
    def require_live(self, token: RefreshToken) -> None: ...


store: SessionStore = cast("SessionStore", None)


class _Lifetime:
    """A lifetime setting, read at each access, on the class as well as on a token."""

    def __init__(self, setting: str) -> None:
        self.setting = setting

    def __get__(self, token: object, owner: type) -> timedelta:
        value: timedelta = getattr(get_settings(), self.setting)
        return value


class _KitToken(simplejwt.Token):
    """A token signed and verified by ``drf_jwt_kit.keys``."""

    kinds: ClassVar[tuple[TokenKind, ...]]
    session_is_live = False
    """Whether somebody has asked the session table, for this request."""

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
        try:
            self.payload = self.get_token_backend().decode(token, verify=verify)
        except InvalidToken as error:
            raise RefusedToken(error.reason) from error
        if verify:
            self.verify()

    def get_token_backend(self) -> Any:
        """Our keys behind Simple JWT's backend contract."""
        return KitTokenBackend(*self.kinds)

    @property
    def token_backend(self) -> Any:
        """The same, by Simple JWT's older name."""
        return self.get_token_backend()

    def verify(self) -> None:
        """Check the claims that every token of ours has. Raises RefusedToken."""
        if not isinstance(self.payload.get(get_settings().JTI_CLAIM), str):
            raise RefusedToken(Reason.INVALID)
        self.verify_token_type()

    def verify_token_type(self) -> None:
        """Check the type claim. Raises RefusedToken."""
        type_claim = get_settings().TOKEN_TYPE_CLAIM
        if type_claim is not None and self.payload.get(type_claim) != self.token_type:
            raise RefusedToken(Reason.WRONG_TYPE)

    def set_jti(self) -> None:
        """Give the token an identifier of its own. Source: RFC 7519 section 4.1.7."""
        self.payload[get_settings().JTI_CLAIM] = uuid.uuid4().hex

    def check_exp(self, claim: str = "exp", current_time: datetime | None = None) -> None:
        """Check that the time in ``claim`` (epoch seconds) has not passed. Raises RefusedToken."""
        value = self.payload.get(claim)
        if type(value) is not int:
            raise RefusedToken(Reason.INVALID)
        if value <= datetime_to_epoch((current_time or self.current_time) - get_settings().LEEWAY):
            raise RefusedToken(Reason.EXPIRED)

    @property
    def session_id(self) -> UUID:
        """The session that the token belongs to (``sid``). Raises RefusedToken."""
        sid = self.payload.get("sid")
        if sid is None:
            raise RefusedToken(Reason.NO_SESSION)
        return _parse_uuid(sid)

    @property
    def user_id(self) -> str:
        """What the token says of its user's identity. Raises RefusedToken."""
        value = self.payload.get(get_settings().USER_ID_CLAIM)
        if not isinstance(value, str) or not value:
            raise RefusedToken(Reason.INVALID)
        return value

    @property
    def jti(self) -> str:
        """The token's own identifier."""
        return str(self.payload[get_settings().JTI_CLAIM])

    @classmethod
    def even_expired(cls, presented: str | bytes) -> Any:
        """A verified token whose ``exp`` may have passed. Raises RefusedToken."""
        token = cls()
        try:
            token.payload = KitTokenBackend(*cls.kinds).decode(presented, accept_expired=True)
        except InvalidToken as error:
            raise RefusedToken(error.reason) from error
        token.verify()
        return token

    @classmethod
    def for_user(cls, user: AuthUser) -> Any:
        """A token for ``user`` that belongs to no session; the strict class refuses it."""
        token = cls()
        token.payload[get_settings().USER_ID_CLAIM] = user_id_of(user)
        return token


class AccessToken(_KitToken, simplejwt.AccessToken):
    """What a request presents. Make one with ``sessions.start(user).access``."""

    token_type = "access"
    kinds = (TokenKind.ACCESS,)
    lifetime = _Lifetime("ACCESS_TOKEN_LIFETIME")

    def verify(self) -> None:
        """Also check that session and user are named. Raises RefusedToken."""
        super().verify()
        self.session_id, self.user_id  # noqa: B018  # they raise
        if type(self.payload.get("auth_time")) is not int:
            raise RefusedToken(Reason.INVALID)

    def __str__(self) -> str:
        return refuse_large(super().__str__(), self.payload)


class RefreshToken(_KitToken, simplejwt.RefreshToken):
    """One generation of a session's refresh token.

    ``for_user(user)`` holds a session that is not in the database yet; it is inserted when
    the token is first written out (``str(token)`` or ``token.access_token``).
    """

    token_type = "refresh"
    kinds = (TokenKind.REFRESH,)
    lifetime = _Lifetime("REFRESH_TOKEN_LIFETIME")
    access_token_class = AccessToken
    no_copy_claims: tuple[str, ...] = ()  # type: ignore[assignment]

    session: Any = None
    user: Any = None

    @classmethod
    def for_user(cls, user: AuthUser) -> Any:
        """The first refresh token of a new session of ``user``. Queries nothing yet."""
        token = super().for_user(user)
        token.bind(store.new(user, refresh_lifetime=token.lifetime), user)
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
        self.payload.update(_protocol_claims(session))
        self.payload["gen"] = session.generation
        self.payload[get_settings().JTI_CLAIM] = expected_jti(session, session.generation)
        self.payload["exp"] = datetime_to_epoch(session.refreshable_until)

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
            claims = store.claims(self)
            store.insert(self)
            return self.access_with(claims)
        return self.access_with(self.own_claims)

    def access_with(self, claims: dict[str, Any]) -> AccessToken:
        """An access token with exactly ``claims``; it never outlives this token."""
        access = self.access_token_class()
        protocol = {"sid", "auth_time", "scope", get_settings().USER_ID_CLAIM}
        access.payload.update(claims)
        access.payload.update({k: v for k, v in self.payload.items() if k in protocol})
        access.set_exp(from_time=self.current_time)
        access.payload["exp"] = min(access.payload["exp"], self.payload["exp"])
        return access

    def __str__(self) -> str:
        if self.session is not None:
            store.insert(self)
        written = {n: v for n, v in self.payload.items() if n not in self.own_claims}
        return str(self.get_token_backend().encode(written))

    def blacklist(self) -> Any:
        """End the session of this token, as Simple JWT's users know it."""
        store.end(self)

    def check_blacklist(self) -> None:
        """Raise RefusedToken where the session of this token has ended. One query."""
        store.require_live(self)

    def outstand(self) -> None:
        """Nothing to do: the session's row is the record of this token."""


class UntypedToken(_KitToken, simplejwt.UntypedToken):
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
        except RefusedToken as error:
            refusal = error
            if error.reason is not Reason.WRONG_TYPE:
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


def user_id_of(user: Any) -> str:
    """How tokens name ``user``: its ``USER_ID_FIELD``, as a string."""
    return str(getattr(user, get_settings().USER_ID_FIELD))


def _protocol_claims(session: SessionRow) -> dict[str, Any]:
    claims = {"sid": str(session.id), "auth_time": datetime_to_epoch(session.auth_time)}
    return {**claims, "scope": session.scope} if session.scope else claims


def _parse_uuid(value: object) -> UUID:
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != value:
        raise RefusedToken(Reason.INVALID)
    return parsed
