"""Which logins wait to begin until nothing can refuse them any more?

A view of ours waits for its serializer: what that refuses or raises after a login was prepared must
leave nothing behind. Outside such a view a login begins at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.models import Session


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A login whose tokens are written, and whose session is not stored yet."""

    session: Session
    user: Any
    request: Any
    most: int | None
    """How many sessions the user may have with this one."""
    announce: Callable[[], object] | None = None
    """Tells the project of the login, which may refuse it still."""
    store: Callable[[Session], bool] | None = None
    """Answers whether this call has stored the session, because another may be faster."""
    replaces: str | None = None
    """The refresh token of the session that ends with this login."""
    implied: bool = False
    """Made by the obtain serializer, whose subclass may throw the tokens away and write others."""


@dataclass(kw_only=True)
class Waiting:
    """The logins that one view has prepared, by the id of the session, in their order."""

    beginnings: dict[UUID, Beginning] = field(default_factory=dict)
    is_open: bool = True
    """Threads that outlive the view begin their sessions at once."""
    answer: Any = None
    """What the client gets, if the view says so."""

    def kept(self) -> list[Beginning]:
        """Those to begin: without an implied one of whose tokens nothing is in the answer, while
        those of others are."""
        prepared = [*self.beginnings.values()]
        answered = _sessions_in(self.answer)
        written = {one.session.pk for one in prepared if str(one.session.pk) in answered}
        thrown_away = [one for one in prepared if one.implied and one.session.pk not in written]
        if not written or not thrown_away:
            return prepared
        left = [one for one in prepared if one not in thrown_away]
        announce = left[0].announce or thrown_away[0].announce
        return [replace(left[0], announce=announce), *left[1:]]


current: ContextVar[Waiting | None] = ContextVar("drf_jwt_kit_waiting", default=None)
"""Where a login that is prepared now has to wait; None if it begins at once."""


def _sessions_in(answer: object) -> set[object]:
    """The ids of the sessions whose tokens are somewhere in ``answer``."""
    found = set()
    for token in re.findall(r"[\w-]+\.[\w-]+\.[\w-]+", repr(answer)):
        with suppress(InvalidToken):
            found.add(read_unverified(token).get("sid"))
    return found


def drop(session_id: UUID) -> None:
    """Let a login that waits never begin: the project has ended its session already."""
    waiting = current.get()
    if waiting is not None:
        waiting.beginnings.pop(session_id, None)
