"""What was revoked lately, as the table says? One reading, full or since the last one.

Reads the database that sessions are written to, never a replica, and never writes.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import Any

from django.conf import settings as django_settings
from django.db.models import CharField, Max, Value
from django.db.models.functions import Cast, Replace
from django.utils import timezone as project_time

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import Cutoff

from . import events, lookup
from .faults import persistent

OVERLAP = timedelta(minutes=1)
"""Longer than a transaction that revokes, and than clocks of two machines are apart."""

FULL_READ_EVERY = 60
"""Seconds. A full read finds what took longer than that, and drops what is too old to matter."""

MOST = 50_000
"""How many sessions a process remembers; a hundred bytes each."""

# Text is read at a third of the cost of UUIDs. Databases write one with dashes or without.
_HEX = Replace(Cast("pk", CharField(max_length=36)), Value("-"), Value(""))


@dataclass(frozen=True, kw_only=True)
class Revocations:
    """What was known at one moment."""

    sessions: frozenset[str]
    """The hexadecimal ids of the sessions that were revoked since ``complete_since``."""
    valid_after: datetime | None
    """The latest cut-off in the table."""
    too_many: bool = False
    """More than a process remembers were revoked; ``sessions`` is empty."""
    complete_since: float
    """Epoch seconds. What was revoked before is not here, so no older token is vouched for."""
    asked_at: datetime
    """By the wall clock, as ``revoked_at`` is."""
    read_at: float
    """By the monotonic clock: when the question was asked, not when it was answered."""
    read_fully_at: float = field(repr=False)


@persistent
def read(before: Revocations | None) -> Revocations:
    """What is revoked now, from what was known ``before``. Two queries.

    None of them between full reads where there are too many. Raises ServiceUnavailable where the
    database cannot be asked.
    """
    now = monotonic()
    if before is None or not 0 <= now - before.read_fully_at < FULL_READ_EVERY:
        return _read_fully(before, now)
    if before.too_many:
        return replace(before, read_at=now)
    asked_at = datetime.now(timezone.utc)
    found = before.sessions | _revoked_since(before.asked_at - OVERLAP)
    known = replace(before, sessions=found, valid_after=_cutoff(), asked_at=asked_at, read_at=now)
    return _bounded(known, before)


def _read_fully(before: Revocations | None, now: float) -> Revocations:
    settings = get_settings()
    asked_at = datetime.now(timezone.utc)
    since = asked_at - settings.ACCESS_TOKEN_LIFETIME - settings.LEEWAY - OVERLAP
    known = Revocations(
        sessions=_revoked_since(since),
        valid_after=_cutoff(),
        complete_since=since.timestamp(),
        asked_at=asked_at,
        read_at=now,
        read_fully_at=now,
    )
    return _bounded(known, before)


def _bounded(known: Revocations, before: Revocations | None) -> Revocations:
    had_too_many = before is not None and before.too_many
    if len(known.sessions) <= MOST:
        if had_too_many:
            events.log("feed_resumed", sessions=len(known.sessions))
        return known
    if not had_too_many:
        cure = "requests ask the database until fewer were revoked"
        events.log("feed_too_long", level=logging.WARNING, more_than=MOST, then=cure)
    return replace(known, sessions=frozenset(), too_many=True)


def _revoked_since(moment: datetime) -> frozenset[str]:
    rows = lookup.sessions().filter(revoked_at__gte=_as_stored(moment))
    return frozenset(rows.values_list(_HEX, flat=True)[: MOST + 1])


def _cutoff() -> datetime | None:
    rows: Any = Cutoff._default_manager.using(lookup.write_alias())
    latest: datetime | None = rows.aggregate(latest=Max("valid_after"))["latest"]
    return latest


def _as_stored(moment: datetime) -> datetime:
    """``moment`` as the table has it. Without USE_TZ, local times run twice through an hour when
    clocks are put back: then the earlier of the two meanings."""
    if django_settings.USE_TZ:
        return moment
    ago = datetime.now(timezone.utc) - moment
    return min(project_time.make_naive(moment), project_time.now() - ago)
