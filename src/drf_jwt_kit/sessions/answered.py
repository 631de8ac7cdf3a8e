"""Which tokens of ours stand in an answer, under whatever name, at any depth, inside a string?

Goes by the sessions that have begun and by what the tokens name, never by the answer's shape. Asks
no database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from drf_jwt_kit.exceptions import InvalidToken, KeysUnavailable
from drf_jwt_kit.jose.codec import TokenKind

from .beginnings import Beginning, stands_in
from .presented import EITHER, Origin, Presented, read
from .token_text import tokens_in
from .tokens import TokenPair

_BEGINNING = "eyJ"
"""Of each header, which is an object in JSON. Source: RFC 7515 section 7.1."""
_LONG_RUN = re.compile(r"(?<![\w.-])[\w.-]{100,}", re.ASCII)
"""What may have a token in it. Found in time in proportion to the text's length."""


def pair_in(
    answer: object, begun: Collection[Beginning], held: Collection[str] = ()
) -> TokenPair | None:
    """The tokens that ``answer`` answers; None if it answers none and no login begins in any case.

    ``begun`` are the logins of this request, ``held`` the tokens that the browser had before.
    ``refresh`` is None if the answer has none beside the access token.
    """
    written = [(one.written, one) for one in begun if isinstance(one.written, TokenPair)]
    named = answer if isinstance(answer, dict) else {}
    for pair, _ in written:
        if pair.as_data().items() <= named.items():
            return pair
    text, own = repr(answer), {one.session.pk for one in begun}
    found = [one for one in _genuine(text) if one[0] not in held]
    found.sort(key=lambda one: one[1].sid not in own)
    return (
        _pair_of(found)
        or next((pair for pair, _ in written if stands_in(text, pair)), None)
        or next((pair for pair, one in written if not one.implied), None)
        or _pair_by_name(named, held)
    )


def without_tokens(
    text: str, known: Callable[[], Collection[UUID | None]], *, but: str = ""
) -> str:
    """``text`` without tokens that name a session of ``known()``, and without genuine ones of ours.

    What stands beside one without a space goes with it. The token ``but`` stays where it is alone.
    """
    if _BEGINNING not in text:
        return text
    sids = known()

    def kept(run: re.Match[str]) -> str:
        if run[0] == but:
            return but
        ours = (sid in sids or _read(token) is not None for token, sid in tokens_in(run[0]))
        return "" if any(ours) else run[0]

    return _LONG_RUN.sub(kept, text)


def _pair_of(found: Collection[tuple[str, Presented]]) -> TokenPair | None:
    """The first access token of ``found`` whose session's refresh token is there too, or else the
    first."""
    of_kind = {kind: [one for one in found if one[1].kind is kind] for kind in TokenKind}
    refreshing = {one.sid: token for token, one in reversed(of_kind[TokenKind.REFRESH])}
    pairs = [
        TokenPair(access=token, refresh=refreshing.get(one.sid))
        for token, one in of_kind[TokenKind.ACCESS]
    ]
    return next((pair for pair in pairs if pair.refresh), next(iter(pairs), None))


def _pair_by_name(answer: dict[str, Any], held: Collection[str]) -> TokenPair | None:
    """Tokens that a class of the project's signs in its own way. None of ours is one, nor one that
    the browser came with: a refresh token is no access token by that name."""
    access, refresh = answer.get("access"), answer.get("refresh")
    if not (isinstance(access, str) and isinstance(refresh, str | None)):
        return None
    if access in held or _read(access) is not None:
        return None
    return TokenPair(access=access, refresh=refresh)


def _genuine(text: str) -> Iterator[tuple[str, Presented]]:
    for token, _ in tokens_in(text):
        presented = _read(token)
        if presented is not None:
            yield token, presented


def _read(token: str) -> Presented | None:
    """A token that was made here; None for another, as one that a project got from elsewhere."""
    with suppress(InvalidToken, KeysUnavailable):
        presented = read(token, EITHER, accept_expired=True)
        return presented if presented.origin is Origin.OURS else None
    return None
