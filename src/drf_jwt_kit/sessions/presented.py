"""Which token did a client present? Verifies it and answers a plain value.

All tokens are read here, whoever issued them. Asks no database, and decides nothing about
sessions.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from rest_framework.request import Request

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import Policy, TokenKind, decode_typed, read_unverified
from drf_jwt_kit.jose.token_memory import TokenMemory
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.keys.jwk_url import are_published
from drf_jwt_kit.models import Session
from drf_jwt_kit.scopes import text_of

from . import others
from .policy import policy_of

EITHER = frozenset(TokenKind)
ACCESS = frozenset({TokenKind.ACCESS})
REFRESH = frozenset({TokenKind.REFRESH})
_END_OF_TIME = 2**40
"""Epoch seconds, later than any real time."""
_accepted = TokenMemory()
"""The access tokens of ours. A refresh token is presented once, so knowing it would serve nobody;
those of other issuers are verified by keys that are fetched, and name no key of the ring."""


class Origin(Enum):
    """Who issued a token."""

    OURS = "ours"
    SIMPLE_JWT = "simple_jwt"
    """Simple JWT itself, before the project moved here."""
    JWK_URL = "jwk_url"
    """Another issuer, whose keys are at ``SIMPLE_JWT["JWK_URL"]``."""


@dataclass(frozen=True, kw_only=True)
class Presented:
    """A verified token as a plain value."""

    kind: TokenKind
    origin: Origin
    jti: str = field(repr=False)
    user_id: str
    sid: UUID | None
    """The session; None if the token has no session of ours."""
    gen: int
    """The generation of a refresh token; 0 for an access token, which has none."""
    auth_time: int
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def scope(self) -> str | None:
        """What the token may do, as a space-separated list; None if it has no limit."""
        return text_of(self.claims["scope"]) if "scope" in self.claims else None

    @classmethod
    def of(cls, claims: Mapping[str, Any], kind: TokenKind, origin: Origin) -> Presented:
        """The token with these verified claims. Raises InvalidToken if one is missing or wrong."""
        settings = get_settings()
        is_access = kind is TokenKind.ACCESS
        jti, user_id = claims.get(settings.JTI_CLAIM), claims.get(settings.USER_ID_CLAIM)
        if not (isinstance(jti, str) and jti.isascii() and isinstance(user_id, str) and user_id):
            raise InvalidToken(Reason.INVALID)
        sid = _session_id(claims) if origin is Origin.OURS or not is_access else None
        generation: Any = 0 if is_access else claims.get("gen")
        auth_time: Any = claims.get("auth_time")
        if not is_access and not _is_count(auth_time, below=_END_OF_TIME):
            auth_time = others.UNKNOWN_LOGIN
        if not (_is_count(generation, below=2**31) and _is_count(auth_time, below=_END_OF_TIME)):
            raise InvalidToken(Reason.INVALID)
        return cls(
            kind=kind,
            origin=origin,
            jti=jti,
            user_id=user_id,
            sid=sid,
            gen=generation,
            auth_time=auth_time,
            claims=claims,
        )

    @property
    def session_id(self) -> UUID:
        """The session that it belongs to. Raises InvalidToken if it belongs to none."""
        if self.sid is None:
            raise InvalidToken(Reason.NO_SESSION)
        return self.sid

    @property
    def cutoff_time(self) -> int:
        """The time (epoch seconds) that is compared with a cut-off: that of the login.

        For a token of another issuer it is when the token was issued; 0 if it does not say.
        """
        if self.origin is not Origin.JWK_URL:
            return self.auth_time
        issued_at = self.claims.get("iat")
        return issued_at if type(issued_at) is int else 0


class TokenOfAFace(Protocol):
    """A token of ``drf_jwt_kit.tokens``, which the engine does not import."""

    @property
    def presented(self) -> Presented: ...


def read(
    presented: str | bytes, kinds: frozenset[TokenKind], *, accept_expired: bool = False
) -> Presented:
    """The token of one of ``kinds`` that a client presented, verified.

    Raises InvalidToken, and KeysUnavailable if the keys at ``JWK_URL`` could never be fetched.
    """
    return Presented.of(*verified(presented, kinds, accept_expired=accept_expired))


def verified(
    presented: str | bytes, kinds: frozenset[TokenKind], *, accept_expired: bool = False
) -> tuple[dict[str, Any], TokenKind, Origin]:
    """The claims of a token with valid signature, times and type. Raises as ``read`` does."""
    claims, kind, origin = _signed(presented, policy_of(kinds, accept_expired=accept_expired))
    type_claim = get_settings().TOKEN_TYPE_CLAIM
    if kind not in kinds or (type_claim and claims.get(type_claim) != kind.name.lower()):
        raise InvalidToken(Reason.WRONG_TYPE)
    return claims, kind, origin


def presented_of(token: Presented | TokenOfAFace, kind: TokenKind) -> Presented:
    """The Presented in a token of ``drf_jwt_kit.tokens``; a Presented itself unchanged.

    Raises InvalidToken for anything else, such as a token of Simple JWT's own class.
    """
    presented = getattr(token, "presented", token)
    if not isinstance(presented, Presented):
        raise InvalidToken(Reason.NO_SESSION)
    if presented.kind is not kind:
        raise InvalidToken(Reason.WRONG_TYPE)
    return presented


def presented_with(request: Any) -> Presented | None:
    """The token of ours, or of another issuer that we accept, with which ``request`` was made.

    None if there is none, and while nobody has asked who makes the request: this asks nobody, so
    that an authentication class may begin a session.
    """
    inner = getattr(request, "_request", None)
    asked = "_auth" if isinstance(request, Request) else "auth"
    with suppress(InvalidToken):  # a token that was made without a session
        for auth in (getattr(request, asked, None), getattr(inner, "auth", None)):
            presented = getattr(auth, "presented", auth)
            if isinstance(presented, Presented):
                return presented
    return None


def sid_of(presented: Any) -> UUID | None:
    """The session that a token names, which nobody has verified; None if it names none."""
    with suppress(InvalidToken, RecursionError, ValueError):
        return UUID(str(read_unverified(presented).get("sid")))
    return None


def to_raise(
    refused: Iterable[tuple[Exception, object]], ended: Set[UUID | None]
) -> Exception | None:
    """Which refusal a logout raises: of a token that may be ours, and of no session that ``ended``
    with another token; or any if none has ended."""
    known = ended - {None}
    passing = [(error, one) for error, one in refused if not getattr(error, "final", True)]
    feared = [error for error, one in passing if sid_of(one) not in known]
    feared.sort(key=lambda error: isinstance(error, InvalidToken))
    rest = [] if ended else [error for error, _ in refused]
    return next(iter([*feared, *rest]), None)


def is_genuine(presented: Presented, session: Session) -> bool:
    """Whether this refresh token was made from the row of ``session``."""
    if presented.origin is Origin.SIMPLE_JWT:
        return True  # here the id of the row was derived from the token
    expected = session.jti_of(presented.gen)
    return hmac.compare_digest(expected.encode(), presented.jti.encode())


def _session_id(claims: Mapping[str, Any]) -> UUID:
    sid = claims.get("sid")
    if sid is None:
        raise InvalidToken(Reason.NO_SESSION)
    with suppress(ValueError):
        parsed = UUID(sid) if isinstance(sid, str) else None
        if parsed is not None and str(parsed) == sid:  # other spellings are refused
            return parsed
    raise InvalidToken(Reason.INVALID)


def _is_count(value: object, *, below: int) -> bool:
    return type(value) is int and 0 <= value < below  # True == 1


def _signed(presented: str | bytes, policy: Policy) -> tuple[dict[str, Any], TokenKind, Origin]:
    """Verify with our keys, or else with keys of other issuers that the settings accept."""
    decode = _accepted.decode_typed if policy.kinds == ACCESS else decode_typed
    try:
        claims, kind = decode(presented, get_ring().verifying, policy)
        return claims, TokenKind(kind), Origin.OURS
    except InvalidToken as error:
        if error.reason is not Reason.INVALID:
            raise
        refusal = error
    if others.adopts_simple_jwt():
        try:
            return *others.adopted_claims(presented, policy), Origin.SIMPLE_JWT
        except InvalidToken as error:
            if error.reason is not Reason.INVALID:
                raise
    if TokenKind.ACCESS in policy.kinds and are_published():
        return others.foreign_claims(presented, policy), TokenKind.ACCESS, Origin.JWK_URL
    raise refusal
