"""Which rows are no longer needed? Walks the table and deletes them, batch by batch.

A row is needed until the last access token of its session has expired: strict requests and the
revocation feed read it. After that, the session's tokens are refused without it. A session that
began with a token of Simple JWT keeps its row until that token has expired, and the latest cut-off
stays: other tokens are held against these, which no row tells of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections
from django.db.models import Q

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import epoch, now
from drf_jwt_kit.models import Cutoff, Session, SessionQuerySet, database

from . import others, rows
from .descendants import portions
from .faults import persistent
from .life import is_dead
from .revocations import OVERLAP

_MARGIN = OVERLAP + timedelta(minutes=4)
"""For rows that the revocation feed reads again, and generously for clocks that differ."""
_NARROW = (
    *("id", "created_at", "auth_time", "rotated_at", "expires_at", "refresh_lifetime"),
    *("access_lifetime", "revoked_at", "generation", "parent", "bound_since"),
)


@dataclass(kw_only=True)
class Progress:
    """How far a flush has come: one object that is updated after every batch."""

    deleted: int = 0
    kept: int = 0
    cutoffs: int = 0
    """How many ends of all sessions were deleted. This happens after all batches."""
    fraction: float = 0.0
    """How much of the table is done: less than 1 before the end."""


def flush(
    *, batch_size: int = 1000, keep: timedelta = timedelta(0), dry_run: bool = False
) -> Iterator[Progress]:
    """Delete the rows that are no longer needed; yields after every ``batch_size`` rows read.

    ``keep`` is how much longer ended sessions stay, to be looked at. Each batch is a transaction
    of its own, so the caller may stop at any time. Several flushes may run at once; each counts
    only the rows that it deleted. Memory is that of one batch.

    Raises ServiceUnavailable if the database does not answer.
    """
    rule = _Rule.of_this_moment(keep)
    progress = Progress()
    total, seen = _count(), 0
    last: Session | None = None
    while progress.fraction < 1:
        batch = _read(last, batch_size)
        dead = {row.pk: row.parent for row in batch if rule.is_dead(row)}
        if not dry_run:
            _hand_on(dead)
        progress.deleted += len(dead) if dry_run else _delete([*dead], rule)
        progress.kept += len(batch) - len(dead)
        seen += len(batch)
        if len(batch) == batch_size:
            last = batch[-1]
            progress.fraction = seen / max(total, seen + 1)  # somebody may have logged in since
        else:
            progress.cutoffs = _flush_cutoffs(rule, dry_run=dry_run)
            progress.fraction = 1.0
        yield progress


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """Which rows are dead now: by ``life.is_dead``, and again in the DELETE."""

    before: datetime
    usual_access_lifetime: timedelta
    cutoff: Cutoff | None

    @classmethod
    def of_this_moment(cls, keep: timedelta) -> _Rule:
        settings = get_settings()
        grace = settings.ACCESS_TOKEN_LIFETIME + settings.LEEWAY + _MARGIN
        return cls(
            before=now() - keep - grace,
            usual_access_lifetime=settings.ACCESS_TOKEN_LIFETIME,
            cutoff=_latest_cutoff(),
        )

    def is_dead(self, row: Session) -> bool:
        if others.is_adopted(row.pk) and others.expiry_of_adopted(row.pk) > self.before:
            return False  # also after the last day of adoption, which may be put off
        # Only by the table: a cut-off in the settings may be removed again.
        by_table = None if self.cutoff is None else epoch(self.cutoff.valid_after)
        return is_dead(
            rows.state_of(row, None, by_table),
            before=self.before,
            usual_access_lifetime=self.usual_access_lifetime,
        )


@persistent
def _count() -> int:
    return rows.stored().count()


@persistent
def _read(after: Session | None, limit: int) -> list[Session]:
    found = rows.stored().only(*_NARROW)
    if _stored_in_login_order():
        found = found.order_by("created_at", "pk")
        if after is not None:
            # One condition for the index, and one for logins at the same time.
            later = Q(created_at__gt=after.created_at) | Q(pk__gt=after.pk)
            found = found.filter(later, created_at__gte=after.created_at)
    else:
        found = found.order_by("pk")
        if after is not None:
            found = found.filter(pk__gt=after.pk)
    return list(found[:limit])


def _stored_in_login_order() -> bool:
    """Whether rows are stored in the order of their logins, so that neighbours are on one page.

    MariaDB and MySQL store them in the order of their keys, and other databases may.
    """
    return connections[database.write_alias()].vendor in ("postgresql", "sqlite")


def _hand_on(dead: dict[UUID, UUID | None]) -> None:
    """Give what was begun with tokens of ``dead`` sessions to their parents, so that the end of a
    stolen session still finds it. Nobody finds anything through one without a parent."""
    for part in portions([key for key, parent in dead.items() if parent is not None]):
        for child, parent in _children(part):
            if child not in dead:
                _give(child, _left_above(parent, dead))


def _left_above(parent: UUID | None, dead: dict[UUID, UUID | None]) -> UUID | None:
    """The next session above that is not dead; None if there is none."""
    below = set()
    while parent in dead:
        if parent in below:  # a row was changed by hand
            return None
        below.add(parent)
        parent = dead[parent]
    return parent


@persistent
def _children(parents: list[UUID]) -> list[tuple[UUID, UUID | None]]:
    return [*rows.stored().filter(parent__in=parents).values_list("pk", "parent")]


@persistent
def _give(child: UUID, parent: UUID | None) -> None:
    rows.stored().filter(pk=child).update(parent=parent)


def _delete(keys: list[UUID], rule: _Rule) -> int:
    dead = rows.stored().dead(rule.before)
    return sum(_delete_some(dead.filter(pk__in=part)) for part in portions(keys))


@persistent
def _delete_some(dead: SessionQuerySet) -> int:
    _, by_model = dead.delete()
    return by_model.get(Session._meta.label, 0)


@persistent
def _latest_cutoff() -> Cutoff | None:
    cutoffs = Cutoff._default_manager.using(database.write_alias())
    return cutoffs.order_by("valid_after", "pk").last()


@persistent
def _flush_cutoffs(rule: _Rule, *, dry_run: bool) -> int:
    """Delete the cut-offs that a later one covers.

    The latest stays even if no session is older. Tokens that Simple JWT or the issuer at JWK_URL
    issued before it have no row, and may be accepted for years.
    """
    latest = rule.cutoff
    if latest is None:
        return 0
    cutoffs = Cutoff._default_manager.using(database.write_alias())
    covered = cutoffs.filter(valid_after__lte=latest.valid_after).exclude(pk=latest.pk)
    return covered.count() if dry_run else covered.delete()[0]
