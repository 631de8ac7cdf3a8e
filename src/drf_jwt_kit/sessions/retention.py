"""Which rows can no longer matter? Walks the table and deletes them, batch by batch.

A row matters until the last access token of its session has expired: strict requests ask for
it, and the revocation feed reads it. After that a token without a row is refused all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.db import connections
from django.db.models import Q

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import Cutoff, Session
from drf_jwt_kit.tokens.adoption import is_adopted, is_open

from . import lookup
from .faults import persistent
from .revocations import OVERLAP, as_stored
from .standing import idle_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

_MARGIN = OVERLAP + timedelta(minutes=4)
"""For what the revocation feed reads again, and, with room to spare, for clocks that differ."""
_NARROW = (
    *("id", "created_at", "auth_time", "rotated_at", "expires_at", "refresh_lifetime"),
    *("access_lifetime", "revoked_at"),
)


@dataclass(kw_only=True)
class Progress:
    """How far a flush has come; one object, brought up to date after every batch."""

    deleted: int = 0
    kept: int = 0
    cutoffs: int = 0
    """How many ends of all sessions were deleted, after all batches."""
    fraction: float = 0.0
    """How much of the table is done, less than 1 before the end."""


def flush(
    *, batch_size: int = 1000, keep: timedelta = timedelta(0), dry_run: bool = False
) -> Iterator[Progress]:
    """Delete the rows that can no longer matter, and tell after every ``batch_size`` rows read.

    ``keep`` is how much longer an ended session stays, for whoever wants to look at it. Each
    batch is a transaction of its own, so the caller may stop at any time, and several flushes
    may run at once: each counts what it deleted itself. Memory is that of one batch.

    Raises ServiceUnavailable where the database cannot be asked.
    """
    rule = _Rule.of_this_moment(keep)
    progress = Progress()
    total, seen = _count(), 0
    last: Session | None = None
    oldest_login: datetime | None = None
    while progress.fraction < 1:
        rows = _read(last, batch_size)
        dead = dict.fromkeys(row.pk for row in rows if rule.is_dead(row))
        kept = [row.auth_time for row in rows if row.pk not in dead]
        oldest_login = min([*kept, oldest_login] if oldest_login else kept, default=None)
        progress.deleted += len(dead) if dry_run else _delete([*dead], rule)
        progress.kept += len(kept)
        seen += len(rows)
        if len(rows) == batch_size:
            last = rows[-1]
            progress.fraction = seen / max(total, seen + 1)  # somebody may have logged in since
        else:
            progress.cutoffs = _flush_cutoffs(rule, oldest_login, dry_run=dry_run)
            progress.fraction = 1.0
        yield progress


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """What is dead: decided in Python by what the engine uses, and once more in the DELETE."""

    before: datetime
    """A session that ended by then is dead, if it gave out no longer tokens than the setting."""
    usual_lifetime: timedelta
    cutoff: Cutoff | None
    adopting: bool
    """Simple JWT's tokens are still taken: a row, and a cut-off, is what refuses one of them."""

    @classmethod
    def of_this_moment(cls, keep: timedelta) -> _Rule:
        settings = get_settings()
        grace = settings.ACCESS_TOKEN_LIFETIME + settings.LEEWAY + _MARGIN
        return cls(
            before=as_stored(datetime.now(timezone.utc) - keep - grace),
            usual_lifetime=settings.ACCESS_TOKEN_LIFETIME,
            cutoff=_latest_cutoff(),
            adopting=is_open(),
        )

    def is_dead(self, row: Session) -> bool:
        if self.adopting and is_adopted(row.pk):
            return False
        ended = row.refreshable_until
        if row.revoked_at is not None:
            ended = min(ended, row.revoked_at)
        if self.cutoff is not None and row.auth_time < self.cutoff.valid_after:
            ended = min(ended, self.cutoff.valid_after)
        longer = max((row.access_lifetime or timedelta(0)) - self.usual_lifetime, timedelta(0))
        return ended + longer <= self.before

    def still_dead(self) -> Q:
        """The same for the database, so that a row which changed since it was read survives."""
        dead = (
            Q(revoked_at__lte=self.before)
            | Q(expires_at__lte=self.before)
            | Q(idle_limit__lte=self.before)
        )
        if self.cutoff is not None and self.cutoff.valid_after <= self.before:
            dead |= Q(auth_time__lt=self.cutoff.valid_after)
        return dead


@persistent
def _count() -> int:
    return lookup.sessions().count()  # type: ignore[no-any-return]


@persistent
def _read(after: Session | None, limit: int) -> list[Session]:
    rows = lookup.sessions().only(*_NARROW)
    if _lie_by_age():
        rows = rows.order_by("created_at", "pk")
        if after is not None:
            # One condition that the index can answer, and one for logins of the same moment.
            later = Q(created_at__gt=after.created_at) | Q(pk__gt=after.pk)
            rows = rows.filter(later, created_at__gte=after.created_at)
    else:
        rows = rows.order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after.pk)
    return list(rows[:limit])


def _lie_by_age() -> bool:
    """Whether rows lie in the order of their logins, so that neighbours are on one page.

    MariaDB and MySQL keep them in the order of their keys, and others may. Without USE_TZ there
    is no such order to ask for: the hour that autumn repeats has every time twice.
    """
    by_age = connections[lookup.write_alias()].vendor in ("postgresql", "sqlite")
    return by_age and django_settings.USE_TZ


def _delete(keys: list[UUID], rule: _Rule) -> int:
    rows = lookup.sessions().alias(idle_limit=idle_limit()).filter(rule.still_dead())
    most = (connections[lookup.write_alias()].features.max_query_params or 10_000) - 10
    parts = (keys[start : start + most] for start in range(0, len(keys), most))
    return sum(_delete_some(rows.filter(pk__in=part)) for part in parts)


@persistent
def _delete_some(rows: Any) -> int:
    _, by_model = rows.delete()
    return by_model.get(Session._meta.label, 0)  # type: ignore[no-any-return]


@persistent
def _latest_cutoff() -> Cutoff | None:
    rows = Cutoff._default_manager.using(lookup.write_alias())
    return rows.order_by("valid_after", "pk").last()


@persistent
def _flush_cutoffs(rule: _Rule, oldest_login: datetime | None, *, dry_run: bool) -> int:
    """Delete those that a later one covers, and the last one too when it ends nobody any more."""
    latest = rule.cutoff
    if latest is None:
        return 0
    ends_nobody = oldest_login is None or latest.valid_after <= oldest_login
    ends_nobody = ends_nobody and not rule.adopting
    rows = Cutoff._default_manager.using(lookup.write_alias())
    superfluous = rows.filter(valid_after__lte=latest.valid_after)
    if not (ends_nobody and latest.valid_after <= rule.before):
        superfluous = superfluous.exclude(pk=latest.pk)
    return superfluous.count() if dry_run else superfluous.delete()[0]
