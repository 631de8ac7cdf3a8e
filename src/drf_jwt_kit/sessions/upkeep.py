"""Which sessions exist, and is each live or why has it ended? For the admin and commands.

Decides as a refresh would, without a token. Never writes, and reads no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.conf.moments import aware
from drf_jwt_kit.models import RevokedReason, Session, SessionQuerySet

from .devices import judged
from .faults import database_faults_answered
from .life import End
from .rows import stored

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_BATCH = 1000
SECRETS = ("secret", "retry_key_hash", "data", "bound_key")
"""Columns that are not loaded to show a session."""

_IN_WORDS: dict[End, StrOrPromise] = {
    End.CUT_OFF: _("all sessions were ended"),
    End.TOO_OLD: _("reached its maximum age"),
    End.IDLE: _("was not refreshed in time"),
}


@dataclass(frozen=True, kw_only=True)
class RefreshTokensAlive:
    """How many there are, and when the last of them expires."""

    count: int
    until: datetime | None


def survey(*, user: Any = None, ended: bool = False) -> Iterator[list[tuple[Session, End | None]]]:
    """All sessions, or those of ``user``, in batches of at most 1,000; the live ones only, or all.

    Each comes with the reason for which it has ended, or None. The sessions of one user come newest
    first. Those of all users come in the order of their random ids, because only in this order can
    millions be read with the memory of one batch.
    """
    found = stored().to_judge().defer(*SECRETS)
    if not ended:
        found = found.live()
    for batch in _by_id(found) if user is None else _of(user, found):
        yield [(session, end) for session, end in judged(batch) if ended or end is None]


def state_in_words(session: Session, end: End | None) -> str:
    """The state of a session in words: live, or ended and why."""
    if end is None:
        return gettext("live")
    why = _IN_WORDS.get(end)
    if why is None and end is End.REVOKED:
        # A project may give a reason of its own, or none.
        why = session.get_revoked_reason_display() or RevokedReason.BY_PROJECT.label
    return gettext("ended: %s") % (why or RevokedReason(end.value).label)


def device_label(session: Session) -> str:
    """The owner's name for the device, with the device's own name."""
    device = session.device_name
    return f"{session.name} ({device})" if session.name and device else session.name or device


def user_label(session: Session) -> str:
    """The name of the session's user, or the primary key of one who is gone or hidden."""
    user: Any = session.user
    return str(session.user_id or "") if user is None else user.get_username()


@database_faults_answered()
def written_between(first: datetime | None, last: datetime) -> RefreshTokensAlive:
    """The live refresh tokens that were made from ``first`` to ``last``, by the table.

    All are aware. Without ``first``, there is no lower limit. One query, which reads every such
    session: for a command, not for a request. Raises ServiceUnavailable if the database does not
    answer.
    """
    written = stored().live().alias(written_at=Coalesce("rotated_at", "created_at"))
    written = written.filter(written_at__lte=last)
    if first is not None:
        written = written.filter(written_at__gte=first)
    expiring = written.annotate(expires=Least("idle_limit", "expires_at"))
    alive = expiring.aggregate(count=Count("pk"), until=Max("expires"))
    until = alive["until"] and aware(alive["until"])
    return RefreshTokensAlive(count=alive["count"], until=until)


# Batches, and no iterator(): it opens a server-side cursor on PostgreSQL, which PgBouncer in
# transaction mode loses before it is read.


def _of(user: Any, found: SessionQuerySet) -> Iterator[list[Session]]:
    newest_first = found.filter(user_id=user.pk).order_by("-created_at", "-pk")

    def after(last: Session) -> SessionQuerySet:
        earlier = Q(created_at__lt=last.created_at) | Q(pk__lt=last.pk)
        return newest_first.filter(earlier, created_at__lte=last.created_at)

    return _batches(newest_first, after)


def _by_id(found: SessionQuerySet) -> Iterator[list[Session]]:
    in_order = found.order_by("pk")
    return _batches(in_order, lambda last: in_order.filter(pk__gt=last.pk))


def _batches(
    first: SessionQuerySet, after: Callable[[Session], SessionQuerySet]
) -> Iterator[list[Session]]:
    batch = list(first[:_BATCH])
    while batch:
        yield batch
        batch = list(after(batch[-1])[:_BATCH]) if len(batch) == _BATCH else []
