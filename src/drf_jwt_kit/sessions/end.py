"""How does a session end before its time? Logout, its owner, its user's fate, or the project.

Each is one conditional UPDATE that cannot end a session twice; to end all there are is one INSERT,
of a cut-off. Inside somebody else's transaction it lasts if that transaction commits.
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
    """End one session, or all of ``user``'s but ``keep``; answers how many were live.

    ``session`` is a Session or its id. With both, the session ends only if it is that user's.
    Access tokens of an ended session are refused from the next request on. Raises TypeError
    where neither is given, or anything else, and ServiceUnavailable where the database cannot
    be asked.
    """
    if session is None and user is None:
        raise TypeError("Say which: revoke(session_id) or revoke(user=user).")
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
    return persistently(lambda again: end_them(at=now, again=again))


def revoke_all(*, reason: str = RevokedReason.BY_PROJECT) -> datetime:
    """End every session of everybody, with one row; answers from when on logins are valid.

    That is the next whole second, since tokens know their login in whole seconds: whoever logs
    in within the second of the call logs in once more. One query, however many sessions there
    are. Raises ServiceUnavailable where the database cannot be asked.
    """
    valid_after = whole_second(timezone.now())
    row = Cutoff(valid_after=valid_after)
    # Where the answer is lost the row may be written twice, which says the same.
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
    """End the ones among ``found`` that nobody has ended; tell log and signal after the commit.

    ``again`` says that this has been tried with the same ``at``, and its answer was lost.
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
    """End the session of a genuinely signed token of either kind, of any age and generation.

    Ending what has ended already is no error. Raises InvalidToken for a token that is not
    ours. At most two queries. Source: RFC 7009 section 2.
    """
    token = read(presented, EITHER, accept_expired=True)
    if token.kind is TokenKind.REFRESH:
        end_session_of(token, reason)
    else:
        revoke(token.session_id, reason=reason)


def replace(presented: str) -> None:
    """End the session whose refresh token the browser of a login presents, if it is ours."""
    with suppress(InvalidToken):
        logout(presented, reason=RevokedReason.REPLACED)


@persistent
def end_session_of(token: Presented, reason: str = RevokedReason.LOGOUT) -> None:
    """Log out by a verified refresh token, if it is of its session's making."""
    if token.origin is Origin.SIMPLE_JWT:
        adoption.remember(token)
    session = rows.stored().filter(pk=token.session_id).first()
    if session is None:
        return
    if not is_genuine(token, session):
        rows.refuse(token, "forged", Reason.INVALID)
    if session.revoked_at is None:
        revoke(session.pk, reason=reason)


@persistent
def keep(request: Any, user: Any) -> None:
    """Keep the session that made ``request`` after ``user`` changed its password; end the others.

    Call it right after saving the new password, as Django's ``update_session_auth_hash``. A
    request that carries no token of ours keeps nothing. Two queries.
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
        events.log("kept", session=session_id, user=user.pk)
    revoke(user=user, keep=session_id, reason=RevokedReason.PASSWORD_CHANGED)


def _id_of(session: object) -> UUID:
    """The id of a session, or that which names one. Raises TypeError."""
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
