"""What has every token of ours? Our keys, our settings, and claims that are checked.

What Simple JWT freezes at import (lifetimes, claim names, keys) is read when it is needed
here, which is why its methods are overridden and not called: subclassing is for ``isinstance``.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.utils import aware_utcnow, datetime_to_epoch

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason

from .backend import KitTokenBackend

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from rest_framework_simplejwt.serializers import AuthUser

    from drf_jwt_kit.jose.codec import TokenKind


class RefusedToken(InvalidToken, TokenError):  # noqa: N818  # named as Simple JWT names them
    """What ``RefreshToken(raw)`` and its siblings raise: also a TokenError of Simple JWT's."""


class LifetimeSetting:
    """A lifetime setting, read at each access, on the class as well as on a token."""

    def __init__(self, setting: str) -> None:
        self.setting = setting

    def __get__(self, token: object, owner: type) -> timedelta:
        value: timedelta = getattr(get_settings(), self.setting)
        return value


class KitToken(simplejwt.Token):
    """A token signed and verified by ``drf_jwt_kit.keys``."""

    kinds: ClassVar[tuple[TokenKind, ...]]
    session_is_live = False
    """Whether somebody has asked the session table, for this request."""
    adopted = False
    """Whether the token is not ours: of Simple JWT's, or signed by a key at ``JWK_URL``."""
    foreign = False
    """Whether it is the latter: an access token of somebody else's, which has no end here."""

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
            self._adopt_or_refuse(token, error)
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
        jti = self.payload.get(get_settings().JTI_CLAIM)
        if not isinstance(jti, str) or not jti.isascii():
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
            token._adopt_or_refuse(presented, error, accept_expired=True)
        token.verify()
        return token

    def _adopt_or_refuse(
        self, presented: str | bytes, refusal: InvalidToken, *, accept_expired: bool = False
    ) -> None:
        """Take a token that is not ours, if the settings say so. Raises RefusedToken."""
        if refusal.reason is not Reason.INVALID:
            raise RefusedToken(refusal.reason) from refusal
        try:
            backend = KitTokenBackend(*self.kinds)
            self.payload, self.foreign = backend.adopt(presented, accept_expired=accept_expired)
        except InvalidToken as error:
            raise RefusedToken(error.reason) from error
        self.adopted = True

    @classmethod
    def for_user(cls, user: AuthUser) -> Any:
        """A token for ``user`` that belongs to no session; the strict class refuses it."""
        token = cls()
        token.payload[get_settings().USER_ID_CLAIM] = user_id_of(user)
        return token


def epoch(moment: datetime) -> int:
    """Seconds since 1970 (RFC 7519 section 2). A naive time is the project's: USE_TZ is off."""
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment, timezone.get_default_timezone())
    return int(moment.timestamp())


def user_id_of(user: Any) -> str:
    """How tokens name ``user``: its ``USER_ID_FIELD``, as a string."""
    return str(getattr(user, get_settings().USER_ID_FIELD))


def _parse_uuid(value: object) -> UUID:
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != value:
        raise RefusedToken(Reason.INVALID)
    return parsed
