"""Which sessions were begun with tokens of another, and has that one been ended? Never writes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import connections

from drf_jwt_kit.models import database

from . import rows
from .account import locking
from .faults import persistent


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


def portions(ids: list[UUID]) -> Iterator[list[UUID]]:
    """``ids``, no more at once than a statement can name."""
    most = (connections[database.write_alias()].features.max_query_params or 10_000) - 10
    return (ids[first : first + most] for first in range(0, len(ids), most))


def _begun_with(parents: list[UUID]) -> Iterator[tuple[UUID, Any, Any]]:
    for some in portions(parents):
        begun = rows.stored().filter(parent__in=some)
        yield from begun.values_list("pk", "user_id", "revoked_at")
