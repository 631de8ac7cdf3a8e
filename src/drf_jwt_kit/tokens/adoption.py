"""What does a token of Simple JWT's own mean here, for a project that comes from there?

It names no key, no kind and no session, and is taken until ADOPT_SIMPLEJWT_TOKENS_UNTIL. A
refresh token begins a session, whose id follows from the token, so that it can begin only one.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import decode_unnamed
from drf_jwt_kit.keys.simplejwt import keys_of_simple_jwt_itself

if TYPE_CHECKING:
    from drf_jwt_kit.jose.codec import Policy

_NAMESPACE = uuid.UUID("0f4a6f0e-6f0b-5d5b-9d1c-6f5d3c0a7f52")
UNKNOWN_LOGIN = 0
"""Epoch seconds. Nobody here has seen the user log in: no recent login, then."""


def is_open() -> bool:
    """Whether tokens of Simple JWT are still taken."""
    until = get_settings().ADOPT_SIMPLEJWT_TOKENS_UNTIL
    return until is not None and datetime.now(timezone.utc) < until


def is_adopted(session_id: uuid.UUID) -> bool:
    """Whether a session began with a token of Simple JWT's: the ids of others are random."""
    return session_id.version == 5  # noqa: PLR2004  # RFC 9562 section 5.5


def adopted_claims(presented: str | bytes, policy: Policy) -> dict[str, Any]:
    """The claims of a token that Simple JWT issued, with what one of ours would have.

    An access token belongs to no session, and says so by having no ``sid``. Raises
    InvalidToken.
    """
    claims = decode_unnamed(presented, keys_of_simple_jwt_itself(), policy)
    settings = get_settings()
    user_id, jti = claims.get(settings.USER_ID_CLAIM), claims.get(settings.JTI_CLAIM)
    if type(user_id) is int:  # as Simple JWT wrote it before 5.5.1
        user_id = claims[settings.USER_ID_CLAIM] = str(user_id)
    kind = claims.get(settings.TOKEN_TYPE_CLAIM or "")
    if not isinstance(jti, str) or kind not in ("access", "refresh"):
        raise InvalidToken(Reason.INVALID)
    for name in ("sid", "gen"):
        claims.pop(name, None)
    claims["auth_time"] = UNKNOWN_LOGIN
    if kind == "refresh":
        claims |= {"sid": str(uuid.uuid5(_NAMESPACE, f"{user_id} {jti}")), "gen": 0}
    return claims
