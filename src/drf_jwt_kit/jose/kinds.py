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

_HINTS = frozenset({"type", "tokentype", "kind", "tokenkind", "use", "tokenuse"})
"""Claims that may say it and may mean anything else, as ``_plain`` spells them: the ``type`` of
Flask-JWT-Extended is the token's, and that of others is the user's."""

_ACCESS = frozenset({"at+jwt", "access", "access_token", "bearer", "bearer_token", "dpop"})
"""What access tokens are called, as ``_word`` spells it. Keycloak says how one is used."""

_NOTHING = frozenset({"", "jwt"})
"""What says of no kind that it is that."""

_OTHERS = frozenset(
    {
        *("refresh", "refreshtoken", "refresh+jwt", "rt", "rt+jwt", "offline"),
        *("id", "idtoken", "id+jwt", "logout", "logouttoken", "logout+jwt"),
        *("secevent+jwt", "dpop+jwt", "tokenintrospection+jwt", "introspection+jwt"),
    }
)
"""What other tokens are called, as ``_plain`` spells it: in a header, where a project may have
named one of its own, and in ``_HINTS``."""

_OF_OTHERS = ("nonce", "at_hash", "c_hash", "s_hash", "events")
"""Claims of ID tokens (OpenID Connect Core section 2 and 3.3.2.11; FAPI 1.0 part 2) and of logout
tokens (Back-Channel Logout 1.0 section 2.4). Old versions of Keycloak write a ``nonce`` into access
tokens too, and mark those as ``Bearer``."""


def require_access_token(typ: str, claims: Mapping[str, Any], *marks: str | None) -> None:
    """Raise InvalidToken (``wrong_type``) for a token that does not say it is an access token.

    ``typ`` is that of its header. ``marks`` are more claims that say it, where the project has
    named one; what they say must be one of the names of an access token. Claims such as ``type``,
    which may be about anything, must not name another kind. A token that says nothing is taken for
    one.
    """
    names = {*_MARKS, *(mark.lower() for mark in marks if mark)}
    said = {_word(value) for name, value in claims.items() if name.lower() in names}
    header = _word(typ)
    hints = {_word(value) for name, value in claims.items() if _plain(name.lower()) in _HINTS}
    others = {_plain(word) for word in (header, *hints) if word} & _OTHERS
    if others or not said <= _ACCESS | _NOTHING:
        raise InvalidToken(Reason.WRONG_TYPE)
    if not (said | {header}) & _ACCESS and not claims.keys().isdisjoint(_OF_OTHERS):
        raise InvalidToken(Reason.WRONG_TYPE)


def _word(said: object) -> str | None:
    """A name of a kind in one spelling; None, which names no kind, for what is no string."""
    if not isinstance(said, str):
        return None
    word = said.strip().lower().removeprefix("application/")
    return "_".join(word.replace("-", " ").replace("_", " ").split())


def _plain(word: str) -> str:
    """A word in the one spelling of ``refreshToken``, ``refresh_token`` and ``refresh-token``."""
    return word.replace("_", "").replace("-", "")
