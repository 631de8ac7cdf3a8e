"""What did a client present? A token as a plain value, verified: what the engine sees of it.

One place reads tokens, whoever issued them. Asks no database, and decides nothing about sessions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import Policy, TokenKind, decode_typed
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.keys.jwk_url import are_published

from . import others

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drf_jwt_kit.models import Session

EITHER = frozenset(TokenKind)
_END_OF_TIME = 2**40
"""Epoch seconds that no clock shows."""


class Origin(Enum):
    """Who issued a token."""

    OURS = "ours"
    SIMPLE_JWT = "simple_jwt"
    """Simple JWT itself, before the project moved here."""
    JWK_URL = "jwk_url"
    """Somebody else, whose keys ``SIMPLE_JWT["JWK_URL"]`` names."""


@dataclass(frozen=True, kw_only=True)
class Presented:
    """A verified token, as the engine sees it."""

    kind: TokenKind
    origin: Origin
    jti: str
    user_id: str
    sid: UUID | None
    """None where the token belongs to no session of ours."""
    gen: int
    """How often the session had been rotated; 0 in an access token, which does not say."""
    auth_time: int
    claims: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, claims: Mapping[str, Any], kind: TokenKind, origin: Origin) -> Presented:
        """What verified ``claims`` say. Raises InvalidToken where one is missing or malformed."""
        is_access = kind is TokenKind.ACCESS
        in_session = not is_access or origin is Origin.OURS
        return cls(
            kind=kind,
            origin=origin,
            jti=jti_in(claims),
            user_id=user_id_in(claims),
            sid=session_id_in(claims) if in_session else None,
            gen=0 if is_access else generation_in(claims),
            auth_time=auth_time_in(claims, required=is_access),
            claims=claims,
        )

    @property
    def session_id(self) -> UUID:
        """The session that it belongs to. Raises InvalidToken where it belongs to none."""
        if self.sid is None:
            raise InvalidToken(Reason.NO_SESSION)
        return self.sid

    @property
    def cutoff_time(self) -> int:
        """The time (epoch seconds) that a cut-off is held against: of the login, where we know.

        Of somebody else's token it is when that was issued; 0 where it does not say.
        """
        if self.origin is not Origin.JWK_URL:
            return self.auth_time
        issued_at = self.claims.get("iat")
        return issued_at if type(issued_at) is int else 0


class TokenOfAFace(Protocol):
    """A token of ``drf_jwt_kit.tokens``, as far as the engine knows it."""

    @property
    def presented(self) -> Presented: ...


def read(
    presented: str | bytes, kinds: frozenset[TokenKind], *, accept_expired: bool = False
) -> Presented:
    """The token of one of ``kinds`` that a client presented, verified.

    Raises InvalidToken, and KeysUnavailable where the keys at ``JWK_URL`` could never be fetched.
    """
    return Presented.of(*verified(presented, kinds, accept_expired=accept_expired))


def verified(
    presented: str | bytes, kinds: frozenset[TokenKind], *, accept_expired: bool = False
) -> tuple[dict[str, Any], TokenKind, Origin]:
    """The claims of a token whose signature, times and type are good. Raises as ``read`` does."""
    claims, kind, origin = _signed(presented, _policy(kinds, accept_expired=accept_expired))
    type_claim = get_settings().TOKEN_TYPE_CLAIM
    if kind not in kinds or (type_claim and claims.get(type_claim) != type_name(kind)):
        raise InvalidToken(Reason.WRONG_TYPE)
    return claims, kind, origin


def presented_of(token: Presented | TokenOfAFace) -> Presented:
    """What a token of ``drf_jwt_kit.tokens`` is to the engine; a Presented as it is.

    Raises InvalidToken for anything else, such as a token of Simple JWT's own class.
    """
    presented = getattr(token, "presented", token)
    if not isinstance(presented, Presented):
        raise InvalidToken(Reason.NO_SESSION)
    return presented


def jti_of(session: Session, generation: int) -> str:
    """The one ``jti`` of a session's refresh token of ``generation``.

    Bound to the row's secret, so that neither a stolen signing key nor a stolen database is
    enough to make a refresh token.
    """
    message = f"{session.id}:{generation}".encode()
    digest = hmac.digest(session.secret.encode(), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_genuine(presented: Presented, session: Session) -> bool:
    """Whether ``session``'s row is what this refresh token was made from."""
    if presented.origin is Origin.SIMPLE_JWT:
        return True  # it was the other way round: the row's id was made from the token
    expected = jti_of(session, presented.gen)
    return hmac.compare_digest(expected.encode(), presented.jti.encode())


def type_name(kind: TokenKind) -> str:
    """``access`` or ``refresh``: what the type claim says."""
    return kind.name.lower()


def jti_in(claims: Mapping[str, Any]) -> str:
    """The token's own identifier. Raises InvalidToken."""
    jti = claims.get(get_settings().JTI_CLAIM)
    if not isinstance(jti, str) or not jti.isascii():
        raise InvalidToken(Reason.INVALID)
    return jti


def user_id_in(claims: Mapping[str, Any]) -> str:
    """How the token names its user. Raises InvalidToken."""
    value = claims.get(get_settings().USER_ID_CLAIM)
    if not isinstance(value, str) or not value:
        raise InvalidToken(Reason.INVALID)
    return value


def session_id_in(claims: Mapping[str, Any]) -> UUID:
    """The session that the token belongs to (``sid``). Raises InvalidToken."""
    sid = claims.get("sid")
    if sid is None:
        raise InvalidToken(Reason.NO_SESSION)
    try:
        parsed = UUID(sid) if isinstance(sid, str) else None
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != sid:
        raise InvalidToken(Reason.INVALID)
    return parsed


def auth_time_in(claims: Mapping[str, Any], *, required: bool) -> int:
    """When the user logged in (epoch seconds). Raises InvalidToken where it is ``required``."""
    auth_time = claims.get("auth_time")
    if type(auth_time) is int and 0 <= auth_time < _END_OF_TIME:
        return auth_time
    if required:
        raise InvalidToken(Reason.INVALID)
    return others.UNKNOWN_LOGIN


def generation_in(claims: Mapping[str, Any]) -> int:
    """How often the session had been rotated when the token was written. Raises InvalidToken."""
    generation = claims.get("gen")
    if type(generation) is not int or not 0 <= generation < 2**31:  # True == 1
        raise InvalidToken(Reason.INVALID)
    return generation


def _signed(presented: str | bytes, policy: Policy) -> tuple[dict[str, Any], TokenKind, Origin]:
    """Verified by our keys, or else by those of others that the settings accept."""
    try:
        claims, kind = decode_typed(presented, get_ring(), policy)
        return claims, TokenKind(kind), Origin.OURS
    except InvalidToken as refusal:
        if refusal.reason is not Reason.INVALID:
            raise
    if others.adopts_simple_jwt():
        try:
            return *others.adopted_claims(presented, policy), Origin.SIMPLE_JWT
        except InvalidToken as refusal:
            if refusal.reason is not Reason.INVALID:
                raise
    if TokenKind.ACCESS in policy.kinds and are_published():
        return others.foreign_claims(presented, policy), TokenKind.ACCESS, Origin.JWK_URL
    raise InvalidToken(Reason.INVALID)


def _policy(kinds: frozenset[TokenKind], *, accept_expired: bool) -> Policy:
    settings = get_settings()
    return Policy(
        kinds=kinds,
        issuer=settings.ISSUER,
        audience=settings.AUDIENCE,
        leeway=settings.LEEWAY,
        longest_lifetime=max(settings.ACCESS_TOKEN_LIFETIME, settings.SESSION_MAX_AGE),
        accept_expired=accept_expired,
    )
