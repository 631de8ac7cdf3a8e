"""What does it say about a session that a refresh was answered twice? Counts, tells, ends nothing.

Tabs that wake together do that, and so does a thief who refreshes right after the owner each time.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction

from drf_jwt_kit.models import Session, database

from . import bound, events, rows
from .faults import RowChanged
from .life import Verdict, becomes_followed, is_doubled, marked


def found(session: Session, user: Any, request: Any, verdict: Verdict, *, own: bool) -> None:
    """A refresh of ``session``, as it was read, was a duplicate, or collected a lost answer.

    ``own`` means that it was an attempt of the same request, whose answer the database lost, or
    that it had the proof of the session's device. One query for the first duplicate of each
    rotation.

    Raises RowChanged if a session that may be bound could not be marked: whoever holds its newest
    token alone binds it, and so nobody else may be given that token unmarked.
    """
    first = not is_doubled(session.duplicates) and not own
    counted = first and (verdict.advances or _mark(session))
    if first and not counted and _may_be_bound(session):
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
        revoked_at=None,
        **({"bound_key": ""} if _may_be_bound(session) else {}),
    )
    in_transaction = database.in_transaction()
    try:
        with transaction.atomic(using=row.db) if in_transaction else nullcontext():
            return bool(row.update(duplicates=marked(session.duplicates)))
    except (DatabaseError, InterfaceError) as error:
        events.log("uncounted", session=session.pk, error=type(error).__name__)
        return False


def _may_be_bound(session: Session) -> bool:
    """Whether a browser may bind it while its newest token is given to another."""
    return bound.is_offered() and not session.bound_key
