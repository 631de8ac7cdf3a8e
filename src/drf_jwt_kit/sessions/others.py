"""What do tokens mean here that are not ours: of Simple JWT itself, or of a key at ``JWK_URL``?

Simple JWT's name no key, no kind and no session. They are taken until
ADOPT_SIMPLEJWT_TOKENS_UNTIL, and a refresh token begins a session whose id follows from the token,
so that it can begin only one. A token of a key at ``JWK_URL`` says that its user is one of ours,
and nothing else: it belongs to no session and is no login.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from django.apps import apps
from django.db import router
from rest_framework_simplejwt import settings as simplejwt
from rest_framework_simplejwt.utils import get_md5_hash_password

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import Policy, TokenKind, decode, decode_unnamed
from drf_jwt_kit.keys.jwk_url import get_published_keys
from drf_jwt_kit.keys.simplejwt import keys_of_simple_jwt_itself

UNKNOWN_LOGIN = 0
"""Epoch seconds. Nobody here has seen the user log in: no recent login, then."""

_NAMESPACE = uuid.UUID("0f4a6f0e-6f0b-5d5b-9d1c-6f5d3c0a7f52")
_FOREIGN_KINDS = frozenset({TokenKind.ACCESS.value, "jwt", ""})
"""What the header's ``typ`` may be: Simple JWT writes ``JWT``, and some issuers nothing."""
_BLACKLIST = "token_blacklist"


def adopts_simple_jwt() -> bool:
    """Whether tokens of Simple JWT are still taken."""
    until = get_settings().ADOPT_SIMPLEJWT_TOKENS_UNTIL
    return until is not None and datetime.now(timezone.utc) < until


def is_adopted(session_id: uuid.UUID) -> bool:
    """Whether a session began with a token of Simple JWT's: the ids of others are random."""
    return session_id.version == 5  # noqa: PLR2004  # RFC 9562 section 5.5


def adopted_claims(presented: str | bytes, policy: Policy) -> tuple[dict[str, Any], TokenKind]:
    """The claims and the kind of a token that Simple JWT issued, with what one of ours would have.

    An access token belongs to no session, and says so by having no ``sid``. Raises
    InvalidToken.
    """
    claims = decode_unnamed(presented, keys_of_simple_jwt_itself(), policy)
    settings = get_settings()
    kinds = {"access": TokenKind.ACCESS, "refresh": TokenKind.REFRESH}
    kind = claims.get(settings.TOKEN_TYPE_CLAIM or "")
    jti = claims.get(settings.JTI_CLAIM)
    if not isinstance(jti, str) or kind not in list(kinds):
        raise InvalidToken(Reason.INVALID)
    claims = _of_no_session(claims)  # older versions wrote numbers for users
    if kind == "refresh":
        name = f"{claims.get(settings.USER_ID_CLAIM)} {jti}"
        claims |= {"sid": str(uuid.uuid5(_NAMESPACE, name)), "gen": 0}
    return claims, kinds[kind]


def foreign_claims(presented: str | bytes, policy: Policy) -> dict[str, Any]:
    """The claims of an access token of somebody else's, with what one of ours would have.

    Raises InvalidToken, and KeysUnavailable where its keys could never be fetched.
    """
    claims = decode(presented, get_published_keys(), replace(policy, kinds=_FOREIGN_KINDS))
    settings = get_settings()
    if claims.get(settings.TOKEN_TYPE_CLAIM or "token_type") == "refresh":
        raise InvalidToken(Reason.WRONG_TYPE)
    if simplejwt.api_settings.JTI_CLAIM is None:
        claims.setdefault(settings.JTI_CLAIM, "")  # other issuers may write none
    return _of_no_session(claims)


def has_password_of(claims: Mapping[str, Any], user: Any) -> bool:
    """Whether Simple JWT would find the password of ``user`` unchanged since it issued a token.

    It looks only where its settings ask for that (``CHECK_REVOKE_TOKEN``), as it did before.
    """
    theirs = simplejwt.api_settings
    if not theirs.CHECK_REVOKE_TOKEN:
        return True
    return bool(claims.get(theirs.REVOKE_TOKEN_CLAIM) == get_md5_hash_password(user.password))


def is_blacklisted(jti: str) -> bool:
    """Whether Simple JWT has refused a token for good, where its app is installed."""
    if not apps.is_installed(f"rest_framework_simplejwt.{_BLACKLIST}"):
        return False
    model = apps.get_model(_BLACKLIST, "BlacklistedToken")
    rows = model._default_manager.using(router.db_for_write(model))  # a replica may lag
    return bool(rows.filter(token__jti=jti).exists())


def _of_no_session(claims: dict[str, Any]) -> dict[str, Any]:
    """Without a session, whatever the token names, and with a user named as our tokens do it."""
    name = get_settings().USER_ID_CLAIM
    if type(claims.get(name)) is int:
        claims[name] = str(claims[name])
    kept = {claim: value for claim, value in claims.items() if claim not in {"sid", "gen"}}
    return {**kept, "auth_time": UNKNOWN_LOGIN}
