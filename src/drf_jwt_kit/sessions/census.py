"""How many refresh tokens are alive that were written within some time, and until when?

For whoever wants to take a key away that has signed them. Never writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models.functions import Coalesce
from django.utils import timezone

from . import lookup
from .faults import database_faults_answered

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Census:
    """How many sessions there are, and when the last of their refresh tokens is dead."""

    count: int
    until: datetime | None


@database_faults_answered()
def written_between(first: datetime | None, last: datetime) -> Census:
    """The live sessions whose newest refresh token was written from ``first`` to ``last``.

    Both are aware; without ``first``, however long ago. One query, which reads every such
    session: for a command, not for a request. Raises ServiceUnavailable where the database
    cannot be asked.
    """
    now = timezone.now()
    rows = (
        lookup.sessions()
        .annotate(written_at=Coalesce("rotated_at", "created_at"))
        .filter(revoked_at=None, expires_at__gt=now, written_at__lte=_as_stored(last))
        .only("rotated_at", "created_at", "refresh_lifetime", "expires_at")
    )
    if first is not None:
        rows = rows.filter(written_at__gte=_as_stored(first))
    ends = [end for end in (row.refreshable_until for row in rows.iterator()) if end > now]
    return Census(count=len(ends), until=max(ends, default=None))


def _as_stored(moment: datetime) -> datetime:
    """Without its zone where the project's times have none: USE_TZ is off."""
    if timezone.is_naive(timezone.now()):
        return timezone.make_naive(moment, timezone.get_default_timezone())
    return moment
