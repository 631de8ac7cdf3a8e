"""What does a token of another issuer say that it is: an access token, or one of another kind?

Issuers that do not write ``typ: at+jwt`` (RFC 9068 section 2.1) sign refresh, ID and logout tokens
with the same key and often for the same audience, and say in a claim what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_jwt_kit.exceptions import InvalidToken, Reason

_MARKS = ("typ", "token_type", "token_use")
"""Claims of Keycloak, of Simple JWT and others, and of Amazon Cognito."""

_ACCESS = frozenset({"at+jwt", "access", "access_token", "bearer", "dpop"})
"""What access tokens are called, in lower case. Keycloak says how one is used."""

_OTHERS = frozenset(
    {
        *("refresh", "refresh_token", "refresh+jwt", "rt", "rt+jwt", "offline"),
        *("id", "id_token", "id+jwt", "logout", "logout_token", "logout+jwt"),
        *("secevent+jwt", "dpop+jwt", "token-introspection+jwt", "introspection+jwt"),
        *("initialaccesstoken", "registrationaccesstoken"),
    }
)
"""What other tokens are called, in lower case."""

_OF_OTHERS = ("nonce", "at_hash", "c_hash", "s_hash", "events")
"""Claims of ID tokens (OpenID Connect Core section 2 and 3.3.2.11; FAPI 1.0 part 2) and of logout
tokens (Back-Channel Logout 1.0 section 2.4). Old versions of Keycloak write a ``nonce`` into access
tokens too, and mark those as ``Bearer``."""


def require_access_token(typ: str, claims: Mapping[str, Any], *marks: str | None) -> None:
    """Raise InvalidToken (``wrong_type``) for a token that says it is of another kind.

    ``typ`` is that of its header, in lower case. ``marks`` are more claims that say it, where the
    project has named one. A token that says nothing is taken for an access token.
    """
    said = {typ, *(_word(claims.get(name)) for name in {*_MARKS, *filter(None, marks)})}
    use = _word(claims.get("token_use"))  # it has no other meaning
    is_other = not said.isdisjoint(_OTHERS) or use not in {"", *_ACCESS}
    if is_other or (said.isdisjoint(_ACCESS) and not claims.keys().isdisjoint(_OF_OTHERS)):
        raise InvalidToken(Reason.WRONG_TYPE)


def _word(said: object) -> str:
    return said.lower() if isinstance(said, str) else ""
