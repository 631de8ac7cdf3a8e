"""Which claims do the two kinds of token have, and how do they become strings?

Simple JWT's classes in ``drf_jwt_kit.tokens`` call this file. Asks no database.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

from drf_jwt_kit.conf import KitSettings, get_settings
from drf_jwt_kit.conf import issuer as of
from drf_jwt_kit.conf.moments import epoch
from drf_jwt_kit.exceptions import ClaimsError
from drf_jwt_kit.jose.codec import TokenKind, encode
from drf_jwt_kit.keys import get_signing_key
from drf_jwt_kit.models import Session

from . import place
from .account import user_id_of

MAX_COOKIE = 4 * 1024
"""Bytes of name and value (RFC 6265bis section 5.6). Many proxies refuse longer headers."""

# RFC 7519 section 4.1; not `sub`, which a project may want beside its own user claim.
REGISTERED = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})
PROTOCOL = frozenset({"sid", "gen", "auth_time", "scope", "cnf", "act", place.CLAIM})


@dataclass(frozen=True, kw_only=True)
class TokenPair:
    """The tokens of a login or a refresh; ``refresh`` is None if tokens are not rotated."""

    access: str
    refresh: str | None
    scope: str | None = None
    """What the access token may do, if its client has asked for a scope."""

    def __repr__(self) -> str:
        return "<TokenPair>"

    def as_data(self) -> dict[str, str]:
        """The body of the answer: ``access``, and ``refresh`` and ``scope`` if there is one."""
        data = {"access": self.access, "refresh": self.refresh, "scope": self.scope}
        return {name: value for name, value in data.items() if value is not None}


Writer: TypeAlias = Callable[[Session, Mapping[str, Any], "str | None"], TokenPair]


@dataclass(frozen=True, kw_only=True)
class Additions:
    """What a project's ``get_token`` adds to the tokens of one user."""

    claims: Mapping[str, Any] = field(default_factory=dict)
    write: Writer | None = None
    """Writes both tokens of a session, if their classes are the project's own."""


NO_ADDITIONS = Additions()


def claims_of(user: Any, *, request: Any, session: Session, added: Additions) -> Mapping[str, Any]:
    """The claims from ``CLAIMS_SERIALIZER`` about ``user``, and those that ``get_token`` adds."""
    settings = get_settings()
    if settings.CLAIMS_SERIALIZER == KitSettings.CLAIMS_SERIALIZER:
        return added.claims
    serializer = settings.load("CLAIMS_SERIALIZER")
    given = serializer(user, context={"request": request, "session": session}).data
    return {**given, **added.claims}


def pair_of(
    session: Session,
    user: Any,
    claims: Mapping[str, Any],
    *,
    write: Writer | None = None,
    rotates: bool = True,
    scope: str | None = None,
) -> TokenPair:
    """The tokens of the current generation of ``session``, the access token with ``claims``.

    ``write`` makes them with the project's own classes. With ``scope``, that is what the access
    token may do, and the session keeps its own. Raises ClaimsError if one is too long.
    """
    if write is not None:
        pair = write(session, claims, scope)
        return pair if rotates else replace(pair, refresh=None)
    protocol = {
        **_new_claims(TokenKind.REFRESH),
        get_settings().USER_ID_CLAIM: user_id_of(user),
        **session_claims(session),
    }
    narrowed = protocol if scope is None else {**protocol, "scope": scope}
    written = access_claims(narrowed, claims, session.access_lifetime)
    access = short_enough(signed(written, TokenKind.ACCESS), written)
    return TokenPair(
        access=access, refresh=signed(protocol, TokenKind.REFRESH) if rotates else None
    )


def session_claims(session: Session) -> dict[str, Any]:
    """The claims of a refresh token about its session: the same for one generation,
    but for ``auth_time``, which its user may renew."""
    claims = {
        "sid": str(session.id),
        "auth_time": epoch(session.auth_time),
        "gen": session.generation,
        get_settings().JTI_CLAIM: session.jti_of(session.generation),
        "exp": epoch(session.refreshable_until),
    }
    if session.actor:
        claims["act"] = {"sub": session.actor}
    # A session with a limit keeps it, also if nothing is left of its scope.
    limited = session.scope or session.scope_source
    return {**claims, "scope": session.scope} if limited else claims


def access_claims(
    protocol: Mapping[str, Any], claims: Mapping[str, Any], lifetime: timedelta | None = None
) -> dict[str, Any]:
    """The claims of an access token: those of the protocol, and ``claims`` about its user.

    ``protocol`` are the claims of its session's refresh token, before which it expires.
    ``lifetime`` shortens ACCESS_TOKEN_LIFETIME.
    """
    settings = get_settings()
    written = _new_claims(TokenKind.ACCESS)
    usual = settings.ACCESS_TOKEN_LIFETIME
    longest = min(lifetime or usual, usual)
    return {
        **written,
        settings.JTI_CLAIM: uuid.uuid4().hex,
        **claims_to_keep(protocol, claims),
        **place.claims(),
        "exp": min(written["iat"] + int(longest.total_seconds()), protocol["exp"]),
    }


def claims_to_keep(protocol: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``claims`` may stand in an access token, and what its refresh token says as well."""
    own = {name: value for name, value in claims.items() if name not in reserved_names()}
    if "sub" in own:
        own["sub"] = str(own["sub"])  # RFC 7519 section 4.1.2
    kept = {"sid", "auth_time", "scope", "act", get_settings().USER_ID_CLAIM}
    return {**own, **{name: value for name, value in protocol.items() if name in kept}}


def signed(claims: Mapping[str, Any], kind: TokenKind) -> str:
    """``claims`` as a token, with the project's ``iss`` and ``aud``."""
    written, issuer, audience = dict(claims), of.issuer(), of.audience()
    if audience is not None:
        written["aud"] = audience if isinstance(audience, str) else list(audience)
    if issuer is not None:
        written["iss"] = issuer
    json_encoder = get_settings().load("JSON_ENCODER")
    return encode(written, get_signing_key(), kind, json_encoder=json_encoder)


def short_enough(encoded: str, claims: Mapping[str, Any]) -> str:
    """``encoded``, or a ClaimsError that names the largest claim if it is too long."""
    longest = MAX_COOKIE - len(get_settings().access_cookie_name)
    if len(encoded) <= longest:
        return encoded
    largest = max(claims, key=lambda name: len(repr(claims[name])))
    raise ClaimsError(
        f"An access token of {len(encoded)} bytes is longer than {longest}: browsers drop "
        f"such cookies, and proxies refuse such headers. Its largest claim is {largest!r}. Put "
        "less into it, or read it from the user instead."
    )


def reserved_names() -> frozenset[str]:
    """The claims that the protocol sets, by the names that the settings give them."""
    settings = get_settings()
    own = {settings.USER_ID_CLAIM, settings.JTI_CLAIM, settings.TOKEN_TYPE_CLAIM or "token_type"}
    return REGISTERED | PROTOCOL | own


def _new_claims(kind: TokenKind) -> dict[str, Any]:
    type_claim = get_settings().TOKEN_TYPE_CLAIM
    named = {type_claim: kind.name.lower()} if type_claim else {}
    return {**named, "exp": 0, "iat": int(time.time()), get_settings().JTI_CLAIM: ""}
