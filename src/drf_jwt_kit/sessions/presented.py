"""Which token did a client present? Verifies it and answers a plain value.

All tokens are read here, whoever issued them. Asks no database, and decides nothing about
sessions.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from rest_framework.request import Request

from drf_jwt_kit.conf import KitSettings, get_settings
from drf_jwt_kit.conf import issuer as of
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import Policy, TokenKind, decode_typed, read_unverified
from drf_jwt_kit.jose.token_memory import TokenMemory
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.models import Session
from drf_jwt_kit.scopes import text_of

from . import others

Origin = others.Origin
EITHER = frozenset(TokenKind)
ACCESS = frozenset({TokenKind.ACCESS})
REFRESH = frozenset({TokenKind.REFRESH})
_END_OF_TIME = 2**40
"""Epoch seconds, later than any real time."""
_accepted = TokenMemory()
"""The access tokens of ours: a refresh token is presented once, others name no key of the ring."""


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
        is_known = _is_count(auth_time, below=_END_OF_TIME)
        if not (is_known if is_access else _is_count(generation, below=2**31)):
            raise InvalidToken(Reason.INVALID)
        return cls(
            kind=kind,
            origin=origin,
            jti=jti,
            user_id=user_id,
            sid=sid,
            gen=generation,
            auth_time=auth_time if is_known else others.UNKNOWN_LOGIN,
            claims=claims,
        )

    def with_claims(self, claims: Mapping[str, Any]) -> Presented:
        """The same token with its claims in another dict."""
        same = object.__new__(Presented)
        vars(same).update(vars(self), claims=claims)
        return same

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
    if kinds != ACCESS or accept_expired:
        return Presented.of(*verified(presented, kinds, accept_expired=accept_expired))
    policy = policy_for(kinds)
    try:
        known = _accepted.verified(presented, get_ring().verifying, policy)
    except InvalidToken as refusal:
        return Presented.of(*_typed(*others.signed_by_others(presented, policy, refusal)))
    if known.reading is None:
        first = Presented.of(*_typed(known.claims(), TokenKind(known.kind), Origin.OURS))
        known.reading = first.with_claims(known.plain)
        return first
    reading: Presented = known.reading
    return reading.with_claims(known.claims())


def verified(
    presented: str | bytes, kinds: frozenset[TokenKind], *, accept_expired: bool = False
) -> tuple[dict[str, Any], TokenKind, Origin]:
    """The claims of a token with valid signature, times and type. Raises as ``read`` does."""
    policy = policy_for(kinds, accept_expired)
    try:
        claims, kind = decode_typed(presented, get_ring().verifying, policy)
    except InvalidToken as refusal:
        return _typed(*others.signed_by_others(presented, policy, refusal))
    return _typed(claims, TokenKind(kind), Origin.OURS)


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


def _typed(
    claims: dict[str, Any], kind: TokenKind, origin: Origin
) -> tuple[dict[str, Any], TokenKind, Origin]:
    """The same, if the claim that names the kind does not contradict it. Raises InvalidToken."""
    type_claim = get_settings().TOKEN_TYPE_CLAIM
    if type_claim and claims.get(type_claim) != kind.name.lower():
        raise InvalidToken(Reason.WRONG_TYPE)
    return claims, kind, origin


def policy_for(kinds: frozenset[TokenKind], accept_expired: bool = False) -> Policy:
    """What a token must satisfy: the same object while settings, issuer and audience are."""
    return _policy_of(get_settings(), kinds, of.issuer(), of.audience(), accept_expired)


@lru_cache(maxsize=1_000)  # as many as there are rings, where tenants have issuers of their own
def _policy_of(
    settings: KitSettings, kinds: frozenset[TokenKind], issuer: Any, audience: Any, expired: bool
) -> Policy:
    return Policy(
        kinds=kinds,
        issuer=issuer,
        audience=audience,
        refuses_issuers=callable(settings.ISSUER),  # with None, it says that tokens have none
        leeway=settings.LEEWAY,
        longest_lifetime=max(settings.ACCESS_TOKEN_LIFETIME, settings.SESSION_MAX_AGE),
        accept_expired=expired,
    )
