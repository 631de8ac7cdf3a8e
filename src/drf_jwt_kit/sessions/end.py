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

from django.db.models import Model, Q
from django.utils import timezone

from drf_jwt_kit.conf.moments import whole_second
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Cutoff, RevokedReason, Session, SessionQuerySet

from . import adoption, events, feed, rows
from .account import fingerprint
from .causal import READS, UPDATES, catch_up
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
    now = timezone.now()
    end_them = partial(end, found, reason, session_id=session_id, user_id=user_id, at=now)

    def end_all(again: bool) -> int:
        count = end_them(again=again)
        may_lag = session_id is None or not count
        if may_lag and catch_up(READS | UPDATES):
            count += end_them()
        return count

    return persistently(end_all)


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
    count: int = found.filter(to_end).update(revoked_at=at, revoked_reason=reason, live_until=at)
    if count:
        events.revoked(session_id, user_id, reason, count)
        feed.expire_after_commit()
    return count


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
    if session is None and catch_up():
        session = rows.find_for_update(token.session_id)
    if session is None:
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
        kept = rows.stored().filter(Q(revoked_at=None) | just_ended, pk=session_id, user_id=user.pk)
        as_it_was = {"revoked_at": None, "revoked_reason": ""}
        renew = partial(kept.update, **as_it_was, password_fingerprint=fingerprint(user))
        if not renew() and catch_up(READS | UPDATES):
            renew()
        events.log("kept", session=session_id, user=user.pk)
    revoke(user=user, keep=session_id, reason=RevokedReason.PASSWORD_CHANGED)


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
