"""What was revoked lately, as the table says? One reading, full or since the last one.

Reads the database that sessions are written to, never a replica, and never writes.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import CharField, Max, Value
from django.db.models.functions import Cast, Replace

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import as_stored_at_the_earliest
from drf_jwt_kit.models import Cutoff

from . import events, rows
from .faults import persistent

OVERLAP = timedelta(minutes=1)
"""Longer than a transaction that revokes, and than clocks of two machines are apart."""

FULL_READ_EVERY = 60
"""Seconds. A full read finds what took longer than that, and drops what is too old to matter."""

MOST = 50_000
"""How many sessions a process remembers; a hundred bytes each."""

MANY = 1_000
"""From so many recent ones on they are counted, which is quicker, before they are read again."""

JUST_NOW = timedelta(seconds=5)

# Text is read at a third of the cost of UUIDs. Databases write one with dashes or without.
_HEX = Replace(Cast("pk", CharField(max_length=36)), Value("-"), Value(""))


@dataclass(frozen=True, kw_only=True)
class Revocations:
    """What was known at one moment. Sessions are named by the hexadecimal digits of their ids."""

    older: frozenset[str]
    """Revoked between ``complete_since`` and ``recent_since``, as the last full read found them."""
    recent: frozenset[str]
    """Revoked from ``recent_since`` on."""
    recent_since: datetime
    complete_since: float
    """Epoch seconds. What was revoked before is not here, so no older token is vouched for."""
    valid_after: datetime | None
    """The latest cut-off in the table."""
    too_many: bool = False
    """More than a process remembers were revoked; none of them is here."""
    asked_at: datetime
    """By the wall clock, as ``revoked_at`` is."""
    read_at: float
    """By the monotonic clock: when the question was asked, not when it was answered."""
    read_fully_at: float

    def __len__(self) -> int:
        return len(self.older) + len(self.recent)

    def __contains__(self, session_id: UUID) -> bool:
        return session_id.hex in self.older or session_id.hex in self.recent


@persistent
def read(before: Revocations | None) -> Revocations:
    """What is revoked now, from what was known ``before``. Two queries, or a few more.

    None of them between full reads where there are too many. Raises ServiceUnavailable where the
    database cannot be asked.
    """
    now, asked_at = monotonic(), datetime.now(timezone.utc)
    if before is None or not 0 <= now - before.read_fully_at < FULL_READ_EVERY:
        return _read_fully(before, now, asked_at)
    if before.too_many:
        return replace(before, read_at=now)
    known = replace(before, recent=_recent(before), valid_after=_cutoff())
    return _bounded(replace(known, asked_at=asked_at, read_at=now), before)


def _read_fully(before: Revocations | None, now: float, asked_at: datetime) -> Revocations:
    settings = get_settings()
    recently = asked_at - OVERLAP
    since = recently - settings.ACCESS_TOKEN_LIFETIME - settings.LEEWAY
    known = Revocations(
        older=_revoked(since, revoked_at__lt=as_stored_at_the_earliest(recently)),
        recent=_revoked(recently),
        recent_since=recently,
        complete_since=since.timestamp(),
        valid_after=_cutoff(),
        asked_at=asked_at,
        read_at=now,
        read_fully_at=now,
    )
    return _bounded(known, before)


def _recent(before: Revocations) -> frozenset[str]:
    """All of them; where there are many, the newest and a count that says whether others came."""
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
    return rows.stored().filter(revoked_at__gte=as_stored_at_the_earliest(since), **more)


def _cutoff() -> datetime | None:
    cutoffs = Cutoff._default_manager.using(rows.write_alias())
    latest: datetime | None = cutoffs.aggregate(latest=Max("valid_after"))["latest"]
    return latest
