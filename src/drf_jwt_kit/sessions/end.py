"""How is a session ended: by logout, its owner, a change of its user, or the project?

Each way is one conditional UPDATE that cannot end a session twice. Ending all sessions is one
INSERT of a cut-off. Inside an open transaction, the end lasts only if that commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Model, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest

from drf_jwt_kit.conf.moments import as_local, now, whole_second
from drf_jwt_kit.exceptions import InvalidToken, KeysUnavailable, Reason, ServiceUnavailable
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Cutoff, RevokedReason, Session, SessionQuerySet, database
from drf_jwt_kit.models.moment import MomentField

from . import adoption, beginnings, descendants, events, feed, rows
from .causal import READS, UPDATES, catch_up
from .descendants import portions
from .faults import persistent, persistently
from .presented import EITHER, Origin, Presented, is_genuine, read, to_raise


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
    session_id = None if session is None else rows.id_of(session)
    found = rows.stored()
    if session_id is not None:
        found = found.filter(pk=session_id)
    if user is not None:
        found = found.filter(user_id=user.pk)
    if keep is not None:
        keep = rows.id_of(keep)
        found = found.exclude(pk=keep)
    user_id = getattr(session, "user_id", None) if user is None else user.pk
    end_them = partial(end, found, reason, session_id=session_id, user_id=user_id, at=now())

    def end_all(again: bool) -> int:
        count = more = end_them(again=again)
        while more and session_id is None:  # PostgreSQL does not see what begins while it writes
            more = end(found.exclude(parent=None), reason, user_id=user_id)
            count += more
        may_lag = session_id is None or not count
        if may_lag and catch_up(READS | UPDATES):
            count += end_them()
        return count

    count = persistently(end_all)
    if session_id is None or not count:
        beginnings.drop(reason, session_id, user_id=getattr(user, "pk", None), keep=keep)
    return count


def revoke_all(*, reason: str = RevokedReason.BY_PROJECT) -> datetime:
    """End all sessions of all users with one row; answers the time from which logins are valid.

    That is the next whole second, because tokens hold the time of their login in whole seconds: a
    user who logs in within the second of the call must log in again. One query, however many
    sessions there are. Raises ServiceUnavailable if the database does not answer.

    The time is that of the call, and nobody sees it before the commit. In a transaction that stays
    open for longer, who logs in or proves anew who it is meanwhile is younger, and goes on: make
    this its last statement.
    """
    valid_after, reason = as_local(whole_second(now())), events.reason_to_store(reason)
    row = Cutoff(valid_after=valid_after)
    # If the answer is lost, the row may be written twice, which has the same effect.
    persistently(lambda again: row.save(using=database.write_alias(), force_insert=True))
    beginnings.drop(reason)
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
    at, reason = at or now(), events.reason_to_store(reason)
    to_end = Q(revoked_at=None)
    if again:
        to_end |= Q(revoked_at=_moment_of(at), revoked_reason=reason)
    stolen: list[UUID] = []
    if reason == RevokedReason.REUSED:
        stolen = [*found.filter(to_end).values_list("pk", flat=True)]
        _try_to_end_begun_with(stolen)  # first: a process killed here leaves a theft to be found
    count = _write(found.filter(to_end), at, reason)
    if count:
        if user_id is None and session_id is not None:
            user_id = found.values_list("user_id", flat=True).first()
        events.revoked(session_id, user_id, reason, count)
        feed.expire_after_commit()
    if count and stolen:
        _end_begun_with(stolen)
        if database.in_transaction():  # logins that it cannot see
            sweep = lambda: _end_begun_with(stolen)  # noqa: E731  # Django logs its failure by name
            transaction.on_commit(sweep, using=database.write_alias(), robust=True)
    return count


def end_one(session: Session, reason: str) -> None:
    """End a session that was stored just now, also if its user is gone."""
    found, at = rows.stored().filter(pk=session.pk), now()
    end_it = partial(end, found, reason, session_id=session.pk, user_id=session.user_id, at=at)
    persistently(lambda again: end_it(again=again))


def logout(presented: str | bytes, *more: str | bytes, reason: str = RevokedReason.LOGOUT) -> None:
    """End the session of each token that is ours: of either kind, of any age and generation.

    It may have ended already. Raises InvalidToken if none of the tokens is ours. Raises one that is
    not ``final``, or KeysUnavailable, where one of them may be ours and is of no session that ended
    here: the others have ended theirs even so. At most two queries a session. Source: RFC 7009
    section 2.
    """
    _, refusal = log_out_each((presented, *more), reason)
    if refusal is not None:
        raise refusal


def log_out_each(
    tokens: Iterable[str | bytes], reason: str = RevokedReason.LOGOUT
) -> tuple[bool, Exception | None]:
    """Whether one of ``tokens`` is ours, and what ``logout`` raises of them, if anything."""
    ended: set[UUID | None] = set()
    refused: list[tuple[Exception, object]] = []
    for one in tokens:
        try:
            token = read(one, EITHER, accept_expired=True)
            if token.session_id not in ended:
                _log_out(token, reason)
                ended.add(token.session_id)
        except (InvalidToken, KeysUnavailable) as error:
            refused.append((error, one))
    return bool(ended), to_raise(refused, ended)


def _log_out(token: Presented, reason: str) -> None:
    if token.kind is TokenKind.REFRESH:
        end_session_of(token, reason)
    else:
        revoke(token.session_id, reason=reason)
    if isinstance(actor := token.claims.get("act"), dict):
        events.acting_ended(token, actor.get("sub"))


def replace(presented: str) -> None:
    """End the session of the refresh token that the browser held before a login, if it is ours."""
    with suppress(InvalidToken, KeysUnavailable):  # what a browser holds must not keep users out
        logout(presented, reason=RevokedReason.REPLACED)


@persistent
def end_session_of(token: Presented, reason: str = RevokedReason.LOGOUT) -> None:
    """Log out with a verified refresh token. Raises InvalidToken if its row did not make it."""
    if token.origin is Origin.SIMPLE_JWT:
        adoption.remember(token)
    needed = rows.stored().only("user_id", "secret", "revoked_at")
    session = needed.filter(pk=token.session_id).first()
    if session is None and catch_up():
        session = rows.find_for_update(token.session_id)
    if session is None:
        beginnings.drop(reason, token.session_id)
        return
    if not is_genuine(token, session):
        rows.refuse(token, "forged", Reason.INVALID)
    if session.revoked_at is None:
        revoke(session, reason=reason)


def _try_to_end_begun_with(stolen: list[UUID]) -> None:
    """End what was begun with these. If the database fails, these can end even so: asked again
    when they have, it may answer, or that raises."""
    try:
        _end_begun_with(stolen)
    except (DatabaseError, InterfaceError, ServiceUnavailable):
        if database.in_transaction():  # it undoes that end as well
            raise


@persistent
def _end_begun_with(stolen: list[UUID]) -> None:
    """End the sessions that were begun with tokens of these, and with theirs, of whatever user.

    Asks again until it finds no more: a login may be under way, and looks at its parent only after
    its row is stored.
    """
    ended: set[UUID] = set()
    while found := descendants.live(stolen, but=ended):
        of_user: dict[Any, list[UUID]] = {}
        for pk, user_id in found:
            of_user.setdefault(user_id, []).append(pk)
            ended.add(pk)
        for user_id, ids in of_user.items():
            _end_some(ids, user_id)


def _end_some(ids: list[UUID], user_id: Any) -> None:
    reason, at = RevokedReason.REUSED, now()
    live = [rows.stored().filter(pk__in=some, revoked_at=None) for some in portions(ids)]
    if count := sum(_write(some, at, reason) for some in live):
        events.revoked(ids[0] if len(ids) == 1 else None, user_id, reason, count)
        feed.expire_after_commit()


def _write(found: SessionQuerySet, at: datetime, reason: str) -> int:
    moment = _moment_of(at)
    return found.update(revoked_at=moment, revoked_reason=reason, live_until=moment)


def _moment_of(at: datetime) -> Combinable:
    """``at``, or the last use of the session if a machine with a faster clock has written that.

    Its tokens live for longer by as much, and so long must the revocation feed know of the end.
    """
    last_use = Coalesce("last_used_at", "created_at")
    return Greatest(Value(at, output_field=MomentField()), last_use, output_field=MomentField())
