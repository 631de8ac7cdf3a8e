"""Which sessions were begun with tokens of another, and has that one been ended? Never writes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models.expressions import RawSQL

from drf_jwt_kit.models import Session

from . import rows
from .account import locking
from .faults import persistent


def live(parents: Collection[UUID], *, but: Collection[UUID]) -> list[tuple[UUID, Any]]:
    """The ids and users of those that are not ended, at any depth, without ``but``. One query."""
    if not parents:
        return []
    connection = connections[rows.write_alias()]
    table, pk = connection.ops.quote_name(Session._meta.db_table), Session._meta.pk
    ids = [pk.get_db_prep_value(one, connection) for one in parents]
    begun = RawSQL(  # noqa: S611  # only the name of our table is put into it
        f"WITH RECURSIVE begun(id) AS (SELECT id FROM {table} "  # noqa: S608
        f"WHERE parent IN ({', '.join(['%s'] * len(ids))}) UNION "
        f"SELECT later.id FROM {table} later INNER JOIN begun ON later.parent = begun.id) "
        "SELECT id FROM begun",
        ids,
    )
    found = rows.stored().filter(pk__in=begun, revoked_at=None).exclude(pk__in=but)
    return [*found.values_list("pk", "user_id")]


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
