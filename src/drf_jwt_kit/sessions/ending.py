"""How does a session end before its time? Logout, its owner, its user's fate, or the project.

Each is one conditional UPDATE that cannot end a session twice; to end all there are is one
INSERT, of a cut-off. Inside somebody else's
transaction it lasts if that transaction commits.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.models import Cutoff, RevokedReason
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from drf_jwt_kit.tokens.token import RefusedToken
from drf_jwt_kit.tokens.types import expected_jti, read

from . import adoption, events, feed, lookup
from .account import fingerprint
from .faults import persistent, persistently

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import Model

    from drf_jwt_kit.models import Session


_JUST_NOW = timedelta(minutes=1)
"""How long after its user's new password was saved a session can still be kept."""


def revoke(
    session_id: UUID | None = None,
    *,
    user: Model | None = None,
    keep: UUID | None = None,
    reason: str = RevokedReason.BY_PROJECT,
) -> int:
    """End one session, or all of ``user``'s but ``keep``; answers how many were live.

    With both, the session ends only if it is that user's. Access tokens of an ended session
    are refused from the next request on. Raises TypeError where neither is given, and
    ServiceUnavailable where the database cannot be asked.
    """
    if session_id is None and user is None:
        raise TypeError("Say which: revoke(session_id) or revoke(user=user).")
    rows = lookup.sessions()
    if session_id is not None:
        rows = rows.filter(pk=session_id)
    if user is not None:
        rows = rows.filter(user_id=user.pk)
    if keep is not None:
        rows = rows.exclude(pk=keep)
    user_id = user.pk if user is not None else None
    end_them = partial(end, rows, reason, session_id=session_id, user_id=user_id)
    now = timezone.now()
    return persistently(lambda again: end_them(at=now, again=again))


def revoke_all(*, reason: str = RevokedReason.BY_PROJECT) -> datetime:
    """End every session of everybody, with one row; answers from when on logins are valid.

    That is the next whole second, since tokens know their login in whole seconds: whoever logs
    in within the second of the call logs in once more. One query, however many sessions there
    are. Raises ServiceUnavailable where the database cannot be asked.
    """
    now = timezone.now()
    valid_after = now.replace(microsecond=0) + timedelta(seconds=now.microsecond > 0)
    row = Cutoff(valid_after=valid_after)
    # Where the answer is lost the row may be written twice, which says the same.
    persistently(lambda again: row.save(using=lookup.write_alias(), force_insert=True))
    events.all_revoked(valid_after, reason)
    feed.expire_after_commit()
    return valid_after


def end(
    rows: Any,
    reason: str,
    *,
    session_id: UUID | None = None,
    user_id: object = None,
    at: datetime | None = None,
    again: bool = False,
) -> int:
    """End the live ones among ``rows``, and tell log and signal once that is committed.

    ``again`` says that this has been tried with the same ``at``, and its answer was lost.
    """
    at = at or timezone.now()
    to_end = Q(revoked_at=None)
    if again:
        to_end |= Q(revoked_at=at, revoked_reason=reason)
    count: int = rows.filter(to_end).update(revoked_at=at, revoked_reason=reason)
    if count:
        events.revoked(session_id, user_id, reason, count)
        feed.expire_after_commit()
    return count


def logout(presented: str | bytes, *, reason: str = RevokedReason.LOGOUT) -> None:
    """End the session of a genuinely signed token of either kind, of any age and generation.

    Ending what has ended already is no error. Raises InvalidToken for a token that is not
    ours. At most two queries. Source: RFC 7009 section 2.
    """
    token = read(presented, even_expired=True)
    if isinstance(token, RefreshToken):
        end_session_of(token, reason)
    else:
        revoke(token.session_id, reason=reason)


def replace(request: Any) -> None:
    """End the session whose refresh token the browser of a login presents.

    The view that has found it there says so on the request, as ``request.jwt_replaces``.
    """
    presented = getattr(request, "jwt_replaces", None)
    if presented is not None:
        with suppress(InvalidToken):
            logout(presented, reason=RevokedReason.REPLACED)


@persistent
def end_session_of(token: RefreshToken, reason: str = RevokedReason.LOGOUT) -> None:
    """Log out by a verified refresh token, if it is of its session's making."""
    if token.adopted:
        adoption.remember(token)
    session = lookup.sessions().filter(pk=token.session_id).first()
    if session is None:
        return
    if not is_genuine(token, session):
        events.refused(token, "forged")
        raise RefusedToken(Reason.INVALID)
    if session.revoked_at is None:
        revoke(session.pk, reason=reason)


@persistent
def keep(request: Any, user: Any) -> None:
    """Keep the session that made ``request`` after ``user`` changed its password; end the others.

    Call it right after saving the new password, as Django's ``update_session_auth_hash``. A
    request that carries no token of ours keeps nothing. Two queries.
    """
    session_id = None
    token = getattr(request, "auth", None)
    if isinstance(token, AccessToken) and not token.adopted:
        session_id = token.session_id
        just_ended = Q(
            revoked_reason=RevokedReason.PASSWORD_CHANGED,
            revoked_at__gte=timezone.now() - _JUST_NOW,
        )
        lookup.sessions().filter(
            Q(revoked_at=None) | just_ended, pk=session_id, user_id=user.pk
        ).update(revoked_at=None, revoked_reason="", password_fingerprint=fingerprint(user))
        events.log("kept", session=session_id, user=user.pk)
    revoke(user=user, keep=session_id, reason=RevokedReason.PASSWORD_CHANGED)


def is_genuine(token: RefreshToken, session: Session) -> bool:
    """Whether ``session``'s row is what this refresh token was made from."""
    if token.adopted:
        return True  # it was the other way round: the row's id was made from the token
    jti = expected_jti(session, token.generation)
    return hmac.compare_digest(jti.encode(), token.jti.encode())


@persistent
def require_live(token: RefreshToken) -> None:
    """Raise InvalidToken where the session of a verified refresh token has ended."""
    if token.adopted and not adoption.has_begun(token):
        adoption.user_to_begin_with(token)
        return
    rows = lookup.sessions_to_judge().filter(pk=token.session_id, revoked_at=None)
    session = rows.first()
    if session is None or lookup.was_cut_off(session) or not is_genuine(token, session):
        raise RefusedToken(Reason.SESSION_ENDED)
