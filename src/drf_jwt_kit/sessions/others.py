"""How are tokens accepted that others issued: Simple JWT itself, or an issuer at ``JWK_URL``?

Simple JWT's tokens name no key, no kind and no session. They are accepted until
ADOPT_SIMPLEJWT_TOKENS_UNTIL. A refresh token begins a session whose id is derived from the token,
so that it can begin only one, and tells when the token expires, so that its row is kept until then.
A token signed by a key at ``JWK_URL`` only names one of our users:
it has no session and does not count as a login.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from django.apps import apps
from django.db import router
from rest_framework_simplejwt import settings as simplejwt
from rest_framework_simplejwt.utils import get_md5_hash_password

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import Policy, TokenKind, decode_typed, decode_unnamed
from drf_jwt_kit.jose.kinds import require_access_token
from drf_jwt_kit.keys.jwk_url import are_published, get_published_keys
from drf_jwt_kit.keys.simplejwt import keys_of_simple_jwt_itself

UNKNOWN_LOGIN = 0
"""Epoch seconds. The time of the login is not known, so it never counts as recent."""

_CUSTOM = 8
"""The version of an id that is made in a way of one's own. Source: RFC 9562 section 5.8."""
_FOREIGN_KINDS = frozenset({TokenKind.ACCESS.value, "jwt", ""})
"""The accepted values of the header's ``typ``: some issuers write ``JWT`` or leave it out, and say
in claims what a token is."""
_SCOPES = ("scope", "scp", "scopes")
"""The claims in which issuers write what a token may do: RFC 9068 section 2.2.3, Okta and Microsoft
Entra, and Laravel Passport. The first that is there counts."""
_BLACKLIST = "token_blacklist"


class Origin(Enum):
    """Who issued a token."""

    OURS = "ours"
    SIMPLE_JWT = "simple_jwt"
    """Simple JWT itself, before the project moved here."""
    JWK_URL = "jwk_url"
    """Another issuer, whose keys are at ``SIMPLE_JWT["JWK_URL"]``."""


def adopts_simple_jwt() -> bool:
    """Whether tokens that Simple JWT issued are still accepted."""
    until = get_settings().ADOPT_SIMPLEJWT_TOKENS_UNTIL
    return until is not None and now() < until


def is_adopted(session_id: uuid.UUID) -> bool:
    """Whether a session began with a token of Simple JWT: the ids of other sessions are random."""
    return session_id.version == _CUSTOM


def expiry_of_adopted(session_id: uuid.UUID) -> datetime:
    """When the token of Simple JWT expires with which the session of this id began.

    Until then the row is the only memory of whether the token was used or logged out, whatever
    becomes of the session, its user, and ADOPT_SIMPLEJWT_TOKENS_UNTIL.
    """
    return datetime.fromtimestamp(session_id.int >> 80, timezone.utc)


def signed_by_others(
    presented: str | bytes, policy: Policy, refusal: InvalidToken
) -> tuple[dict[str, Any], TokenKind, Origin]:
    """Verify what our keys do not with keys of other issuers that the settings accept.

    Raises ``refusal``, or that of the other issuer's.
    """
    if refusal.reason is not Reason.INVALID:
        raise refusal
    if adopts_simple_jwt():
        try:
            return *adopted_claims(presented, policy), Origin.SIMPLE_JWT
        except InvalidToken as error:
            if error.reason is not Reason.INVALID:
                raise
    if TokenKind.ACCESS in policy.kinds and are_published():
        return foreign_claims(presented, policy), TokenKind.ACCESS, Origin.JWK_URL
    raise refusal


def adopted_claims(presented: str | bytes, policy: Policy) -> tuple[dict[str, Any], TokenKind]:
    """The claims, in our form, and the kind of a token that Simple JWT issued.

    An access token belongs to no session, so it gets no ``sid``. Raises InvalidToken.
    """
    claims = decode_unnamed(presented, keys_of_simple_jwt_itself(), policy)
    settings = get_settings()
    kinds = {"access": TokenKind.ACCESS, "refresh": TokenKind.REFRESH}
    kind = claims.get(settings.TOKEN_TYPE_CLAIM or "")
    jti = claims.get(settings.JTI_CLAIM)
    if not isinstance(jti, str) or kind not in list(kinds):
        raise InvalidToken(Reason.INVALID)
    if kinds[kind] not in policy.kinds:
        raise InvalidToken(Reason.WRONG_TYPE)
    claims = _of_no_session(claims)  # older versions wrote numbers for users
    if kind == "refresh":
        name = f"{claims.get(settings.USER_ID_CLAIM)} {jti}"
        claims |= {"sid": str(_session_id(name, claims["exp"])), "gen": 0}
    return claims, kinds[kind]


def foreign_claims(presented: str | bytes, policy: Policy) -> dict[str, Any]:
    """The claims, in our form, of an access token that the issuer at ``JWK_URL`` signed.

    Raises InvalidToken, and KeysUnavailable if the keys could never be fetched.
    """
    policy = replace(policy, kinds=_FOREIGN_KINDS)
    claims, typ = decode_typed(presented, get_published_keys(), policy)
    settings = get_settings()
    require_access_token(typ, claims, settings.TOKEN_TYPE_CLAIM)
    if simplejwt.api_settings.JTI_CLAIM is None:
        claims.setdefault(settings.JTI_CLAIM, "")  # other issuers may write none
    said = [claims[name] for name in _SCOPES if name in claims]
    claims |= {"scope": said[0]} if said else {}
    return _of_no_session(claims)


def has_password_of(claims: Mapping[str, Any], user: Any) -> bool:
    """Whether Simple JWT would find that ``user`` has the same password as when it issued a token.

    It compares them only if its setting ``CHECK_REVOKE_TOKEN`` is on, as it did before.
    """
    theirs = simplejwt.api_settings
    if not theirs.CHECK_REVOKE_TOKEN:
        return True
    return bool(claims.get(theirs.REVOKE_TOKEN_CLAIM) == get_md5_hash_password(user.password))


def is_blacklisted(jti: str) -> bool:
    """Whether a token is on Simple JWT's blacklist, if that app is installed."""
    if not apps.is_installed(f"rest_framework_simplejwt.{_BLACKLIST}"):
        return False
    model = apps.get_model(_BLACKLIST, "BlacklistedToken")
    rows = model._default_manager.using(router.db_for_write(model))  # a replica may lag
    return bool(rows.filter(token__jti=jti).exists())


def _session_id(name: str, expires: int) -> uuid.UUID:
    """An id of 48 bits of time and 73 of a hash, as UUIDs of version 7 are laid out.

    One bit is always set, because MariaDB takes no UUID of version 8 whose ninth byte is 0x80.
    """
    random = int.from_bytes(hashlib.sha256(name.encode()).digest()[:10], "big")
    laid_out = expires << 80 | random & ~(0xF << 76) & ~(0b11 << 62)
    return uuid.UUID(int=laid_out | _CUSTOM << 76 | 0b10 << 62 | 1 << 56)


def _of_no_session(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims without a session, and with the user as a string, as in our tokens."""
    name = get_settings().USER_ID_CLAIM
    if type(claims.get(name)) is int:
        claims[name] = str(claims[name])
    kept = {claim: value for claim, value in claims.items() if claim not in {"sid", "gen"}}
    return {**kept, "auth_time": UNKNOWN_LOGIN}
