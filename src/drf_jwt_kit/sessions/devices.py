"""What may the holder of an access token see of a session? Not when it was refreshed.

Whoever knew that, and held an old refresh token, could present it within the leeway each time, as
if it were a second tab, and would never be found. Until the leeway of a rotation is over, the
session looks as it did before. Queries nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models.functions import Greatest

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import aware, now
from drf_jwt_kit.models import Session, SessionQuerySet

from . import rows
from .account import may_continue, users
from .faults import persistent
from .life import End, is_recent

BEGUN = Greatest("created_at", "created_at")
"""When a session was begun, which no index has. By the index on ``created_at`` PostgreSQL reads the
sessions of everybody, if the user has had so many that it expects to find enough of them soon."""
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@persistent
def live_sessions(user: Any, *, limit: int = 200) -> list[Session]:
    """The sessions of ``user`` that can still be refreshed, newest first.

    Two queries: the rows, and the user, who may have changed since it was read.
    """
    theirs = rows.stored().live().filter(user_id=user.pk)
    return _live(theirs.alias(begun=BEGUN).order_by("-begun", "-pk")[:limit])


def live_session(user: Any, session_id: UUID) -> Session | None:
    """The session of ``user`` with this id, if it can still be refreshed."""
    return next(iter(_live(rows.stored().live().filter(user_id=user.pk, pk=session_id))), None)


def attach_users(sessions: Collection[Session]) -> None:
    """Give each row its user, with one query for all, also if users are in another database.

    A user who is missing, or hidden by the user model's default manager, is None and refused.
    """
    found = users().in_bulk({row.user_id for row in sessions} - {None})
    field: Any = Session._meta.get_field("user")
    for row in sessions:
        field.set_cached_value(row, found.get(row.user_id))


def judged(sessions: Collection[Session]) -> list[tuple[Session, End | None]]:
    """Each row, with its user and why it has ended, or None, as a refresh would decide.

    The project's rule is asked once for each user, however many sessions that has.
    """
    attach_users(sessions)
    accepts = cache(may_continue)
    return [(one, rows.end_of_session(one, one.user, accepts)) for one in sessions]


def last_use(session: Session, *, asks: bool) -> datetime | None:
    """When ``session`` was last used, for its owner. If it ``asks`` itself, that is now."""
    if asks:
        return now()
    return _rounded(session.rotated_before if _is_hidden(session) else session.last_used_at)


def end(session: Session, *, asks: bool) -> datetime | None:
    """When ``session`` ends if it is not used again. If it ``asks`` itself, at the latest."""
    if asks:
        return session.expires_at
    rotated_at = session.rotated_before if _is_hidden(session) else session.rotated_at
    idle_limit = aware(rotated_at or session.created_at) + session.refresh_lifetime
    return _rounded(min(idle_limit, aware(session.expires_at)))


def _is_hidden(session: Session) -> bool:
    """Whether the last rotation is not to be seen yet."""
    if session.rotated_at is None:
        return False
    leeway = get_settings().ROTATION_LEEWAY
    return is_recent(aware(session.rotated_at), now=now(), leeway=leeway)


def _rounded(moment: datetime | None) -> datetime | None:
    """``moment``, or the last whole leeway before it."""
    leeway = get_settings().ROTATION_LEEWAY
    if moment is None or not leeway:
        return moment
    rest: timedelta = (aware(moment) - _EPOCH) % leeway
    return aware(moment) - rest


def _live(found: SessionQuerySet) -> list[Session]:
    return [session for session, why in judged([*found.to_judge()]) if why is None]
