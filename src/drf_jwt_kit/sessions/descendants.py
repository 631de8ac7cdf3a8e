"""Which sessions were begun with tokens of another, and has that one been ended? Never writes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from . import rows
from .account import locking
from .faults import persistent

_AT_ONCE = 1_000
"""How many ids one statement names; SQLite takes 32,766 parameters."""


def live(parents: Collection[UUID], *, but: Collection[UUID]) -> list[tuple[UUID, Any]]:
    """The ids and users of those that are not ended, at any depth, without ``but``.

    One query a level, since MariaDB follows a recursive one for a thousand levels, and is silent
    about the rest.
    """
    found: list[tuple[UUID, Any]] = []
    seen, level = set(parents), [*parents]
    while level:
        begun = [row for row in _begun_with(level) if row[0] not in seen]
        level = [pk for pk, *_ in begun]  # also below those that have ended
        seen.update(level)
        found += [(pk, user) for pk, user, revoked_at in begun if revoked_at is None]
    return [(pk, user) for pk, user in found if pk not in but]


@persistent
def end_of_parent(session_id: UUID) -> str | None:
    """Why the session with this id was ended, or None if it was not.

    One query, which waits for an end that is being committed: a plain one would miss it. Outside a
    transaction the lock is released at once.
    """
    row = rows.stored().filter(pk=session_id).values_list("revoked_at", "revoked_reason")
    with locking(row.db):
        revoked_at, reason = row.first() or (None, "")
    return None if revoked_at is None else reason


def portions(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """``ids``, no more at once than a statement can name."""
    for first in range(0, len(ids), _AT_ONCE):
        yield ids[first : first + _AT_ONCE]


def _begun_with(parents: Sequence[UUID]) -> Iterator[tuple[UUID, Any, Any]]:
    for some in portions(parents):
        begun = rows.stored().filter(parent__in=some)
        yield from begun.values_list("pk", "user_id", "revoked_at")
