"""Which sessions are there? For whoever looks after all of them. Never writes, reads no secret."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from . import lookup
from .standing import attach_users, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drf_jwt_kit.models import Session

    from .standing import Standing

_BATCH = 1000
SECRETS = ("secret", "retry_key_hash")
"""Columns that nobody who only looks has to load."""


def survey(*, user: Any = None, ended: bool = False) -> Iterator[list[tuple[Session, Standing]]]:
    """All sessions, or those of ``user``, in batches of at most 1,000; the live ones only, or all.

    One user's come newest first. Those of everybody come in the order of their ids, which are
    random: it is the only order in which millions can be walked with the memory of one batch.
    """
    now = timezone.now()
    rows = lookup.sessions_to_judge().defer(*SECRETS)
    if not ended:
        rows = rows.filter(revoked_at=None, expires_at__gt=now)
    for batch in _by_id(rows) if user is None else _of(user, rows):
        attach_users(batch)
        judged = [(session, standing(session, now=now)) for session in batch]
        yield [(session, stands) for session, stands in judged if ended or stands.live]


def _of(user: Any, rows: Any) -> Iterator[list[Session]]:
    sessions = rows.filter(user_id=user.pk).order_by("-created_at").iterator(_BATCH)
    while batch := list(islice(sessions, _BATCH)):
        yield batch


def _by_id(rows: Any) -> Iterator[list[Session]]:
    rows = rows.order_by("pk")
    batch = list(rows[:_BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:_BATCH])
