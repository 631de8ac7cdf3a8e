"""How is a session ended: by logout, its owner, a change of its user, or the project?

Each way is one conditional UPDATE that cannot end a session twice. Ending all sessions is one
INSERT of a cut-off. Inside an open transaction, the end lasts only if that commits.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Model, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from drf_jwt_kit.conf.moments import whole_second
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Cutoff, RevokedReason, Session, SessionQuerySet

from . import adoption, beginnings, events, feed, rows
from .account import fingerprint
from .faults import persistent, persistently
from .presented import EITHER, Origin, Presented, is_genuine, read

_JUST_NOW = timedelta(minutes=1)
"""How long after its user's new password was saved a session can still be kept."""


def revoke(
    session: Session | UUID | None = None,
    *,
    user: Model | None = None,
    keep: UUID | None = None,
    reason: str = RevokedReason.BY_PROJECT,
) -> int:
    """End one session, or all sessions of ``user`` but ``keep``; answers how many were live.

    ``session`` is a Session or its id. With both, the session ends only if it belongs to that
    user. Access tokens of an ended session are refused from the next request on. Raises TypeError
    if neither is given or ``session`` is something else, and ServiceUnavailable if the database
    does not answer.
    """
    if session is None and user is None:
        raise TypeError("revoke() needs a session or a user: revoke(session) or revoke(user=user).")
    session_id = None if session is None else _id_of(session)
    found = rows.stored()
    if session_id is not None:
        found = found.filter(pk=session_id)
    if user is not None:
        found = found.filter(user_id=user.pk)
    if keep is not None:
        found = found.exclude(pk=keep)
    user_id = user.pk if user is not None else None
    end_them = partial(end, found, reason, session_id=session_id, user_id=user_id)
    now = timezone.now()
    count = persistently(lambda again: end_them(at=now, again=again))
    if session_id is not None and not count:
        beginnings.drop(session_id)
    return count


def revoke_all(*, reason: str = RevokedReason.BY_PROJECT) -> datetime:
    """End all sessions of all users with one row; answers the time from which logins are valid.

    That is the next whole second, because tokens hold the time of their login in whole seconds: a
    user who logs in within the second of the call must log in again. One query, however many
    sessions there are. Raises ServiceUnavailable if the database does not answer.
    """
    valid_after = whole_second(timezone.now())
    row = Cutoff(valid_after=valid_after)
    # If the answer is lost, the row may be written twice, which has the same effect.
    persistently(lambda again: row.save(using=rows.write_alias(), force_insert=True))
    events.all_revoked(valid_after, reason)
    feed.expire_after_commit()
    return valid_after


def end(
    found: SessionQuerySet,
    reason: str,
    *,
    session_id: UUID | None = None,
    user_id: object = None,
    at: datetime | None = None,
    again: bool = False,
) -> int:
    """End the sessions among ``found`` that are not ended yet, with a log line and a signal.

    ``again`` means that an attempt with the same ``at`` was made and its answer was lost.
    """
    at = at or timezone.now()
    to_end = Q(revoked_at=None)
    if again:
        to_end |= Q(revoked_at=at, revoked_reason=reason)
    stolen: list[UUID] = []
    if reason == RevokedReason.REUSED:
        stolen = [*found.filter(to_end).values_list("pk", flat=True)]
        _end_begun_with(stolen)  # a process that is killed here leaves something to be found again
    count: int = found.filter(to_end).update(revoked_at=at, revoked_reason=reason, live_until=at)
    if count:
        events.revoked(session_id, user_id, reason, count)
        feed.expire_after_commit()
    if count and stolen:
        _end_begun_with(stolen)
        if rows.in_transaction():  # logins that it cannot see
            sweep = lambda: _end_begun_with(stolen)  # noqa: E731  # Django logs its failure by name
            transaction.on_commit(sweep, using=rows.write_alias(), robust=True)
    return count


def end_one(session: Session, reason: str) -> None:
    """End a session that was stored just now, also if its user is gone."""
    found, now = rows.stored().filter(pk=session.pk), timezone.now()
    end_it = partial(end, found, reason, session_id=session.pk, user_id=session.user_id, at=now)
    persistently(lambda again: end_it(again=again))


@persistent
def was_stolen(session_id: UUID) -> bool:
    """Whether a session has ended because an old refresh token came back, its own or a parent's.

    Inside a transaction the row is locked: whoever ends it then sees what that has begun.
    """
    session = rows.find_for_update(session_id)
    return session is not None and session.revoked_reason == RevokedReason.REUSED


def logout(presented: str | bytes, *, reason: str = RevokedReason.LOGOUT) -> None:
    """End the session of a token of either kind with a valid signature, of any age and generation.

    It may have ended already. Raises InvalidToken for a token that is not ours. At most two
    queries. Source: RFC 7009 section 2.
    """
    token = read(presented, EITHER, accept_expired=True)
    if token.kind is TokenKind.REFRESH:
        end_session_of(token, reason)
    else:
        revoke(token.session_id, reason=reason)


def replace(presented: str) -> None:
    """End the session of the refresh token that the browser held before a login."""
    with suppress(InvalidToken):
        logout(presented, reason=RevokedReason.REPLACED)


@persistent
def end_session_of(token: Presented, reason: str = RevokedReason.LOGOUT) -> None:
    """Log out with a verified refresh token. Raises InvalidToken if its row did not make it."""
    if token.origin is Origin.SIMPLE_JWT:
        adoption.remember(token)
    session = rows.stored().filter(pk=token.session_id).first()
    if session is None:
        beginnings.drop(token.session_id)
        return
    if not is_genuine(token, session):
        rows.refuse(token, "forged", Reason.INVALID)
    if session.revoked_at is None:
        revoke(session.pk, reason=reason)


@persistent
def keep(request: Any, user: Any) -> None:
    """Keep the session that made ``request`` after ``user`` changed its password; end the others.

    Call it right after saving the new password, like Django's ``update_session_auth_hash``. If
    the request has no token of ours, all sessions end. Two queries.
    """
    token = getattr(getattr(request, "auth", None), "presented", None)
    session_id = token.sid if isinstance(token, Presented) else None
    if session_id is not None:
        just_ended = Q(
            revoked_reason=RevokedReason.PASSWORD_CHANGED,
            revoked_at__gte=timezone.now() - _JUST_NOW,
        )
        rows.stored().filter(
            Q(revoked_at=None) | just_ended, pk=session_id, user_id=user.pk
        ).update(revoked_at=None, revoked_reason="", password_fingerprint=fingerprint(user))
        events.kept(session_id, user)
    revoke(user=user, keep=session_id, reason=RevokedReason.PASSWORD_CHANGED)


@persistent
def _end_begun_with(stolen: list[UUID]) -> None:
    """End the sessions that were begun with tokens of these, and with theirs, of whatever user.

    Asks again until it finds no more: a login may be under way, and looks at its parent only after
    its row is stored.
    """
    ended: list[UUID] = []
    while found := _live_begun_with(stolen, ended):
        of_user: dict[Any, list[UUID]] = {}
        for pk, user_id in found:
            of_user.setdefault(user_id, []).append(pk)
            ended.append(pk)
        for user_id, ids in of_user.items():
            _end_some(ids, user_id)


def _live_begun_with(stolen: list[UUID], ended: list[UUID]) -> list[tuple[UUID, Any]]:
    if not stolen:
        return []
    connection = connections[rows.write_alias()]
    table, pk = connection.ops.quote_name(Session._meta.db_table), Session._meta.pk
    ids = [pk.get_db_prep_value(one, connection) for one in stolen]
    begun = RawSQL(  # noqa: S611  # only the name of our table is put into it
        f"WITH RECURSIVE begun(id) AS (SELECT id FROM {table} "  # noqa: S608
        f"WHERE parent IN ({', '.join(['%s'] * len(ids))}) UNION "
        f"SELECT later.id FROM {table} later INNER JOIN begun ON later.parent = begun.id) "
        "SELECT id FROM begun",
        ids,
    )
    live = rows.stored().filter(pk__in=begun, revoked_at=None).exclude(pk__in=ended)
    return [*live.values_list("pk", "user_id")]


def _end_some(ids: list[UUID], user_id: Any) -> None:
    at, reason = timezone.now(), RevokedReason.REUSED
    found = rows.stored().filter(pk__in=ids, revoked_at=None)
    if count := found.update(revoked_at=at, revoked_reason=reason, live_until=at):
        events.revoked(ids[0] if len(ids) == 1 else None, user_id, reason, count)
        feed.expire_after_commit()


def _id_of(session: object) -> UUID:
    """The id of a session that is given as a Session or as an id. Raises TypeError."""
    if isinstance(session, Session):
        return session.pk
    if isinstance(session, UUID):
        return session
    try:
        return UUID(session)  # type: ignore[arg-type]  # a string that is one
    except (AttributeError, TypeError, ValueError):
        raise TypeError(
            f"revoke() takes a session or its id, and {type(session).__name__} is neither. "
            "For all sessions of a user, write revoke(user=user)."
        ) from None
