"""What does an access token mean here that a key at ``SIMPLE_JWT["JWK_URL"]`` has signed?

That its user is one of ours, and nothing else: it belongs to no session and is no login.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rest_framework_simplejwt import settings as simplejwt

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind, decode
from drf_jwt_kit.keys.jwk_url import get_published_keys

from .adoption import UNKNOWN_LOGIN

if TYPE_CHECKING:
    from drf_jwt_kit.jose.codec import Policy

_KINDS = frozenset({TokenKind.ACCESS.value, "jwt", ""})
"""What the header's ``typ`` may be: Simple JWT writes ``JWT``, and some issuers nothing."""


def foreign_claims(presented: str | bytes, policy: Policy) -> dict[str, Any]:
    """The claims of an access token of somebody else's, with what one of ours would have.

    It belongs to no session, whatever it names. Raises InvalidToken, and KeysUnavailable where
    its keys could never be fetched.
    """
    claims = decode(presented, get_published_keys(), replace(policy, kinds=_KINDS))
    settings = get_settings()
    if claims.get(settings.TOKEN_TYPE_CLAIM or "token_type") == "refresh":
        raise InvalidToken(Reason.WRONG_TYPE)
    if type(claims.get(settings.USER_ID_CLAIM)) is int:
        claims[settings.USER_ID_CLAIM] = str(claims[settings.USER_ID_CLAIM])
    if simplejwt.api_settings.JTI_CLAIM is None:
        claims.setdefault(settings.JTI_CLAIM, "")  # other issuers may write none
    for name in ("sid", "gen"):
        claims.pop(name, None)
    return {**claims, "auth_time": UNKNOWN_LOGIN}
