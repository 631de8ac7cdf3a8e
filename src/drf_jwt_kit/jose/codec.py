"""How do claims become a compact JWS, and which JWS is accepted?

One policy for signing and verifying, on PyJWT alone. Never reads a key, an address or an
algorithm from a token: ``kid`` is looked up among our own keys, and the key says the
algorithm. Sources: RFC 7515, RFC 7519, RFC 8725 sections 3.1 to 3.12.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from typing import Any

import jwt
from jwt.utils import base64url_decode, base64url_encode

from drf_jwt_kit.exceptions import InvalidToken, Reason

from .as_json import require_json
from .jwk import Key
from .signing_function import signed_by_function

MAX_TOKEN_LENGTH = 8 * 1024
"""Characters. A longer token is refused before it is parsed."""

ACCEPTED_AHEAD = timedelta(days=400)
"""A token that expires later than this and than any configured lifetime is not ours."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""How far a token's ``nbf`` may be ahead: some issuers write the moment of issue into it."""

UNREAD_FOR = timedelta(hours=1)
"""How long a key may sign elsewhere before this process has read it, as during a deployment."""


class TokenKind(str, Enum):
    """What a token is for, as its header's ``typ`` says it. Source: RFC 8725 section 3.11."""

    ACCESS = "at+jwt"  # RFC 9068 section 2.1
    REFRESH = "rt+jwt"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a token must satisfy besides its signature.

    ``kinds`` are values of the header's ``typ``, in lower case and without ``application/``.
    """

    kinds: frozenset[str] = frozenset(TokenKind)
    issuer: str | None = None
    audience: str | Sequence[str] | None = None
    leeway: timedelta = timedelta(0)
    refuses_issuers: bool = False
    """Whether no issuer means that a token has none, and not that it may have any."""
    longest_lifetime: timedelta = ACCEPTED_AHEAD
    accept_expired: bool = False


def encode(
    claims: dict[str, Any],
    key: Key,
    kind: TokenKind,
    *,
    json_encoder: type[json.JSONEncoder] | None = None,
) -> str:
    """``claims`` signed by ``key``, as a compact JWS (RFC 7515 section 7.1).

    Raises ClaimsError for a claim that is not JSON, UnusableKey if a function signs and the public
    key does not verify its signature, and whatever that function raises.
    """
    header = {"kid": key.kid, "typ": kind.value}
    try:
        if callable(key.signing_key):
            parts = ({"alg": key.algorithm, **header}, None), (claims, json_encoder)
            encoded = (
                json.dumps(part, cls=cls, separators=(",", ":")).encode() for part, cls in parts
            )
            return signed_by_function(b".".join(map(base64url_encode, encoded)), key)
        return jwt.encode(
            claims, key.signing_key, key.algorithm, headers=header, json_encoder=json_encoder
        )
    except TypeError:
        require_json(claims, json_encoder)
        raise


def decode_typed(
    presented: str | bytes, keys: Mapping[str, Key], policy: Policy
) -> tuple[dict[str, Any], str]:
    """The claims and the kind of a token that one of ``keys`` (by ``kid``) signed.

    Raises InvalidToken with the reason ``expired``, ``wrong_type`` or ``invalid`` if it does not
    satisfy ``policy``.
    """
    claims, kind, _ = decode_with_key(presented, keys, policy)
    return claims, kind


def decode_with_key(
    presented: str | bytes, keys: Mapping[str, Key], policy: Policy
) -> tuple[dict[str, Any], str, Key]:
    """The same claims and kind, and the key that has signed the token."""
    kid = _header_of(presented).get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        unread = isinstance(kid, str) and _seems_young(presented)
        raise InvalidToken(Reason.INVALID, final=not unread)
    claims, header = _verified(presented, key, policy)
    kind = _media_type(header.get("typ"))
    if kind not in policy.kinds:
        raise InvalidToken(Reason.WRONG_TYPE)
    return claims, kind, key


def decode_unnamed(presented: str | bytes, keys: Sequence[Key], policy: Policy) -> dict[str, Any]:
    """The claims of a token without ``kid`` and kind, verified with one of ``keys``.

    Simple JWT writes such tokens. Raises InvalidToken with the reason ``expired`` or
    ``invalid``.
    """
    header = _header_of(presented)
    if "kid" in header or header.get("typ", "JWT") != "JWT":
        raise InvalidToken(Reason.INVALID)
    refusal = InvalidToken(Reason.INVALID)
    for key in keys:
        try:
            return _verified(presented, key, policy)[0]
        except InvalidToken as error:
            refusal = error
            if error.reason is Reason.EXPIRED:
                break
    raise refusal


def read_unverified(presented: str | bytes) -> dict[str, Any]:
    """The claims of a token, without any verification: never a reason to accept it.

    Raises InvalidToken where it is not a JWS at all.
    """
    try:
        claims: dict[str, Any] = jwt.decode(presented, options={"verify_signature": False})
    except (jwt.PyJWTError, UnicodeError) as error:
        raise InvalidToken(Reason.INVALID) from error
    return claims


def _header_of(presented: object) -> dict[str, Any]:
    """What the header says, to find the key by. PyJWT reads the token itself, and more strictly."""
    if not isinstance(presented, (str, bytes)) or len(presented) > MAX_TOKEN_LENGTH:
        raise InvalidToken(Reason.INVALID)
    if _is_padded(presented):
        raise InvalidToken(Reason.INVALID)
    token = presented if isinstance(presented, bytes) else presented.encode(errors="replace")
    header = _header_in(token.partition(b".")[0])
    if not isinstance(header, dict):
        raise InvalidToken(Reason.INVALID)
    return header


@lru_cache(maxsize=100)  # our tokens have as many as there are keys and kinds
def _header_in(segment: bytes) -> Any:
    try:
        return json.loads(base64url_decode(segment))
    except (ValueError, RecursionError) as error:
        raise InvalidToken(Reason.INVALID) from error


def _verified(
    presented: str | bytes, key: Key, policy: Policy
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The claims and the header of a token that ``key`` signed, apart from its kind."""
    try:
        token = jwt.decode_complete(
            presented,
            key.verifying_key,
            algorithms=[key.algorithm],
            issuer=policy.issuer,
            audience=policy.audience,
            leeway=policy.leeway,
            options={
                "require": ["exp"],
                "verify_exp": not policy.accept_expired,
                "verify_iat": False,  # see _check_claims
                "verify_nbf": False,
            },
        )
    except jwt.ExpiredSignatureError as error:
        raise InvalidToken(Reason.EXPIRED) from error
    except (jwt.PyJWTError, UnicodeError) as error:
        raise InvalidToken(Reason.INVALID) from error
    _check_claims(token["payload"], policy)
    return token["payload"], token["header"]


def _is_padded(presented: str | bytes) -> bool:
    """With padding, one token could be written in two ways. Source: RFC 7515 section 2."""
    return "=" in presented if isinstance(presented, str) else b"=" in presented


def _media_type(typ: object) -> str:
    """The ``typ``, whatever it is, in the form of our kinds. Source: RFC 7515 section 4.1.9."""
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else ""


def _check_claims(claims: dict[str, Any], policy: Policy) -> None:
    """Refuse what PyJWT accepts and we do not."""
    expires, now = claims["exp"], time.time()
    horizon = now + max(policy.longest_lifetime, ACCEPTED_AHEAD).total_seconds()
    if type(expires) is not int or not 0 <= expires <= horizon:
        raise InvalidToken(Reason.INVALID)
    # A token that was issued in the future shows only that another machine's clock is ahead.
    if _seconds(claims, "iat") > horizon:
        raise InvalidToken(Reason.INVALID)
    if _seconds(claims, "nbf") > now + max(policy.leeway, CLOCKS_DIFFER).total_seconds():
        raise InvalidToken(Reason.INVALID, final=False)
    if policy.audience is None and "aud" in claims:  # RFC 7519 section 4.1.3
        raise InvalidToken(Reason.INVALID)
    if "iss" not in claims:
        return
    unwanted = policy.issuer is None and policy.refuses_issuers
    if unwanted or not isinstance(claims["iss"], str):
        raise InvalidToken(Reason.INVALID)


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    """The time in a claim, 0 if there is none. Raises InvalidToken for what is no number."""
    try:
        return int(claims.get(name, 0))
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidToken(Reason.INVALID) from error


def _seems_young(presented: str | bytes) -> bool:
    """Whether a token says that it was made lately. Its signature cannot be verified."""
    try:
        issued = _seconds(read_unverified(presented), "iat")
    except InvalidToken:
        return False
    return issued > time.time() - UNREAD_FOR.total_seconds()
