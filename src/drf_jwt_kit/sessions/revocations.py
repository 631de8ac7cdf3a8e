"""What does the table say was revoked lately? Reads all of it, or what is new since then.

Reads the database that sessions are written to, never a replica, and never writes.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Replace

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import now

from . import events, place, rows
from .faults import persistent

OVERLAP = timedelta(minutes=1)
"""Longer than a transaction that revokes, and than the clocks of two machines differ."""

FULL_READ_EVERY = 60
"""Seconds. A full read finds what took longer than ``OVERLAP``, and drops what is too old."""

MOST = 50_000
"""How many sessions a process remembers, at a hundred bytes each."""

MANY = 1_000
"""If there are more recent ones, they are counted first, which is quicker than reading them."""

JUST_NOW = timedelta(seconds=5)

# Reading text costs a third of reading UUIDs. Databases write them with or without dashes.
_HEX = Replace(Cast("pk", CharField(max_length=36)), Value("-"), Value(""))


@dataclass(frozen=True, kw_only=True)
class Revocations:
    """The revocations at one moment. Sessions are given as the hexadecimal digits of their ids."""

    older: frozenset[str]
    """Revoked between ``complete_since`` and ``recent_since``, as the last full read found them."""
    recent: frozenset[str]
    """Revoked from ``recent_since`` on."""
    recent_since: datetime
    complete_since: float
    """Epoch seconds. Earlier revocations are not here, so older tokens ask the database."""
    valid_after: datetime | None
    """The latest cut-off in the table."""
    place: str | None = None
    """The identity of the place that the rest is about. None equals nothing."""
    too_many: bool = False
    """More were revoked than a process remembers, so none is here."""
    asked_at: datetime
    """By the wall clock, as ``revoked_at`` is."""
    read_at: float
    """By the monotonic clock: when the question was asked, not when it was answered."""
    read_fully_at: float

    def __len__(self) -> int:
        return len(self.older) + len(self.recent)

    def __contains__(self, session_id: UUID) -> bool:
        digits = session_id.hex
        return digits in self.older or digits in self.recent


@persistent
def read(before: Revocations | None) -> Revocations:
    """The revocations now, built on those known ``before``. Two queries, or a few more.

    If there are too many, no query between full reads. Raises ServiceUnavailable if the database
    does not answer.
    """
    ticks, asked_at = monotonic(), now()
    if before is None or not 0 <= ticks - before.read_fully_at < FULL_READ_EVERY:
        return _read_fully(before, ticks, asked_at)
    if before.too_many:
        return replace(before, read_at=ticks)
    here, valid_after = place.look()
    known = replace(before, recent=_recent(before), valid_after=valid_after, place=here)
    return _bounded(replace(known, asked_at=asked_at, read_at=ticks), before)


def _read_fully(before: Revocations | None, ticks: float, asked_at: datetime) -> Revocations:
    settings = get_settings()
    recently = asked_at - OVERLAP
    since = recently - settings.ACCESS_TOKEN_LIFETIME - settings.LEEWAY
    here, valid_after = place.look()
    known = Revocations(
        older=_revoked(since, revoked_at__lt=recently),
        recent=_revoked(recently),
        recent_since=recently,
        complete_since=since.timestamp(),
        valid_after=valid_after,
        place=here,
        asked_at=asked_at,
        read_at=ticks,
        read_fully_at=ticks,
    )
    return _bounded(known, before)


def _recent(before: Revocations) -> frozenset[str]:
    """All recent ones. If there are many, reads the newest, and counts whether others are new."""
    if len(before.recent) >= MANY:
        recent = before.recent | _revoked(before.asked_at - JUST_NOW)
        if _rows(before.recent_since).count() == len(recent):
            return recent
    return _revoked(before.recent_since)


def _bounded(known: Revocations, before: Revocations | None) -> Revocations:
    had_too_many = before is not None and before.too_many
    if len(known) <= MOST:
        if had_too_many:
            events.log("feed_resumed", sessions=len(known))
        return known
    if not had_too_many:
        cure = "requests ask the database until fewer were revoked"
        events.log("feed_too_long", level=logging.WARNING, more_than=MOST, then=cure)
    return replace(known, older=frozenset(), recent=frozenset(), too_many=True)


def _revoked(since: datetime, **more: datetime) -> frozenset[str]:
    return frozenset(_rows(since, **more).values_list(_HEX, flat=True)[: MOST + 1])


def _rows(since: datetime, **more: datetime) -> Any:
    return rows.stored().filter(revoked_at__gte=since, **more)
