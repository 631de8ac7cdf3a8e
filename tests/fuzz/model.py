"""What could a request write, and may it be let in? Goes by what it carries alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .changes import Token
from .endpoints import ENDS_ANY, TELLS_ANY, Writes
from .world import CURRENT, sid_in

if TYPE_CHECKING:
    from .endpoints import Endpoint
    from .sent import Sent
    from .world import World

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
WORD = re.compile(r"[\w.-]+", re.ASCII)


def carried(sent: Sent, world: World) -> set[str]:
    """The names of the genuine tokens that stand in a request as words of their own."""
    texts = [*sent.environ(world).values(), sent.query, sent.content(world).decode("latin-1")]
    words = {word for text in texts for word in WORD.findall(text)}
    return {name for name, token in world.tokens.items() if token in words}


def may_be_a_login(sent: Sent) -> bool:
    """Whether it brings what a login needs, right or wrong."""
    return isinstance(sent.body, dict) and {"username", "password"} <= sent.body.keys()


def may_change(endpoint: Endpoint, sent: Sent, world: World) -> set[str]:
    """The sessions that may look otherwise afterwards; all others must not."""
    if sent.method in SAFE or endpoint.writes is Writes.NOTHING:
        return set()
    if endpoint.writes is Writes.LOGIN and not may_be_a_login(sent):
        return set()
    names = carried(sent, world)
    if endpoint.writes is Writes.OWN:
        return {str(one) for one in world.sessions.values()} if names else set()
    return {sid_in(world.tokens[name]) for name in names}


def may_begin(endpoint: Endpoint, sent: Sent) -> bool:
    return endpoint.writes is Writes.LOGIN and sent.method == "POST" and may_be_a_login(sent)


def may_be_let_in(endpoint: Endpoint, sent: Sent, world: World) -> bool:
    if endpoint.is_open or sent.method == "OPTIONS":
        return True
    if endpoint.writes is Writes.LOGIN:
        return may_be_a_login(sent)
    names = carried(sent, world)
    return bool(names if endpoint.name in ENDS_ANY | TELLS_ANY else names & CURRENT)


def is_changed(token: Token, world: World) -> bool:
    """Whether no genuine token is left, where a transport parts cookies and strips spaces."""
    pieces = token.written(world).split(";")
    return not any(world.genuine(piece.strip()) for piece in pieces)


def changed_rows(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> set[str]:
    """The sessions whose rows are not what they were."""
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    return {str(pk) for pk in old.keys() | new.keys() if old.get(pk) != new.get(pk)}
