"""What does it say about a session that a refresh was answered twice? Counts, tells, ends nothing.

Tabs that wake together do that, and so does a thief who refreshes right after the owner each time.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import Session, database

from . import events, rows
from .faults import RowChanged
from .life import Verdict, becomes_followed, marked


def found(session: Session, user: Any, request: Any, verdict: Verdict, *, own: bool) -> None:
    """A refresh of ``session``, as it was read, was a duplicate, or collected a lost answer.

    ``own`` means that it was an attempt of the same request, whose answer the database lost, or
    that it had the proof of the session's device. One query for the first duplicate of each
    rotation. Raises RowChanged if the session was bound to a device meanwhile: the answer is then
    for nobody without its key.
    """
    first = session.duplicates != marked(session.duplicates) and not own
    counted = first and (verdict.advances or _mark(session))
    if first and not counted and _is_bound_since(session):
        raise RowChanged
    events.repeated(session, user, verdict, request)
    if counted and becomes_followed(session.duplicates):
        events.followed(session, user, request)


def _mark(session: Session) -> bool:
    """Count a duplicate; False if another request has, or if it failed: answers need no count."""
    row = rows.stored().filter(
        pk=session.pk,
        generation=session.generation,
        duplicates=session.duplicates,
        bound_since=session.bound_since,
        revoked_at=None,
    )
    in_transaction = database.in_transaction()
    try:
        with transaction.atomic(using=row.db) if in_transaction else nullcontext():
            return bool(row.update(duplicates=marked(session.duplicates)))
    except (DatabaseError, InterfaceError) as error:
        events.log("uncounted", session=session.pk, error=type(error).__name__)
        return False


def _is_bound_since(session: Session) -> bool:
    """Whether it was bound after it was read. One query, for those that are overtaken."""
    if not get_settings().DEVICE_BOUND or session.bound_since is not None:
        return False
    return rows.stored().filter(pk=session.pk, bound_since__isnull=False).exists()
