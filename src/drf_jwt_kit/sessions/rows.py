"""Which session does a token belong to, and who is its user? Reads rows and never writes.

Reads where sessions are written. Users whom their default manager hides (tenants) are refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from django.db import connections, router
from django.db.models import F

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import aware, epoch, now, whole_second
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Cutoff, Session, SessionQuerySet, statements
from drf_jwt_kit.models.database import in_transaction, write_alias

from . import events, others
from .account import (
    NOT_A_KEY,
    end_of_account,
    end_of_account_for_request,
    may_continue,
    user_id_of,
    user_manager,
    users,
)
from .causal import catch_up
from .faults import persistent
from .life import End, State, end_of, is_cut_off
from .presented import Presented, TokenOfAFace, presented_of

_PREFIX = "_jwt_"
_CUTOFF = "_jwt_cutoff"
_KEY: Any = Session._meta.pk
_ALL = tuple(field.attname for field in Session._meta.concrete_fields)


class _Asked(NamedTuple):
    """What a request asks of its session; the names are those of Session."""

    password_fingerprint: str
    created_at: datetime
    auth_time: datetime
    rotated_at: datetime | None
    expires_at: datetime
    refresh_lifetime: timedelta
    revoked_at: datetime | None
    valid_after: datetime | None
    generation: int = 0  # neither matters for an access token
    access_lifetime: timedelta | None = None
    bound_since: int | None = None


_FOR_A_REQUEST = _Asked._fields[: _Asked._fields.index("valid_after")]


def stored() -> SessionQuerySet:
    """All rows, on the database that they are written to."""
    return Session.objects.using(write_alias())


def id_of(session: object) -> UUID:
    """The id of a session that is given as a Session or as an id. Raises TypeError."""
    try:
        return session.pk if isinstance(session, Session) else UUID(str(session))
    except ValueError:
        raise TypeError(
            f"revoke() takes a session or its id, and {type(session).__name__} is neither. "
            "For all sessions of a user, write revoke(user=user)."
        ) from None


def latest_cutoff() -> datetime | None:
    """The latest cut-off in the table. One query."""
    cutoffs = Cutoff._default_manager.using(write_alias()).order_by("-valid_after")
    return cutoffs.values_list("valid_after", flat=True).first()


def valid_from(stored_cutoff: datetime | None) -> int | None:
    """The second from which logins are valid: the later one of the table and the setting."""
    cutoffs = (stored_cutoff, get_settings().SESSIONS_VALID_AFTER)
    known = [epoch(whole_second(one)) for one in cutoffs if one is not None]
    return max(known) if known else None


def state_of(session: Session | _Asked, account: End | None, valid_from: int | None) -> State:
    """The state of a session for the rule of life: row, user, and from when logins are valid."""
    rotated_at, revoked_at = session.rotated_at, session.revoked_at
    return State(
        generation=session.generation,
        created_at=aware(session.created_at),
        rotated_at=None if rotated_at is None else aware(rotated_at),
        refresh_lifetime=session.refresh_lifetime,
        expires_at=aware(session.expires_at),
        revoked_at=None if revoked_at is None else aware(revoked_at),
        auth_time=epoch(session.auth_time),
        valid_from=valid_from,
        account=account,
        access_lifetime=session.access_lifetime,
        bound_since=session.bound_since,
    )


def judged_state(session: Session | _Asked, account: End | None) -> State:
    """The same for a row that ``find`` or ``to_judge`` has read."""
    return state_of(session, account, valid_from(session.valid_after))


def end_of_session(session: Session, user: Any, accepts: Any = may_continue) -> End | None:
    """Why a session has ended by now, as a refresh would decide; or None."""
    account = end_of_account(user, session.password_fingerprint, accepts)
    return end_of(judged_state(session, account), now=now())


def find(session_id: UUID) -> tuple[Session, Any] | None:
    """The session and its user in one query; None if either is missing or hidden."""
    found = _find(session_id, _ALL)
    if found is None:
        return None
    user, (*values, valid_after) = found
    session = Session.from_db(write_alias(), _ALL, values)
    session.valid_after = valid_after
    return session, user


def find_for_update(session_id: UUID) -> Session | None:
    """The row as it is now, locked if a transaction is open.

    At REPEATABLE READ a plain second read would show the row as it was at the first one.
    """
    rows = stored().to_judge()
    if in_transaction():
        rows = rows.select_for_update()
    return rows.filter(pk=session_id).first()


def find_again(session_id: UUID) -> tuple[Session | None, Any]:
    """The same row and its user, each None if it is missing or hidden. Two queries."""
    session = find_for_update(session_id)
    return session, session and users().filter(pk=session.user_id).first()


@persistent
def authenticate(token: Presented | TokenOfAFace) -> Any:
    """The user of a verified access token whose session is live. One query.

    ``token`` is an ``AccessToken``. Raises InvalidToken (``session_ended``, or ``no_session`` for
    an object that is not a token of ours), and ServiceUnavailable if the database does not answer.
    Two queries for a token that another issuer made, which has no session.
    """
    presented = presented_of(token, TokenKind.ACCESS)
    if presented.sid is None:
        user = user_of_other(presented)
        if get_settings().CHECK_USER_IS_ACTIVE and not user.is_active:  # as Simple JWT would
            refuse(presented, End.USER_INACTIVE.value)
        return user
    found = _find(presented.sid, _FOR_A_REQUEST)
    session: Session | _Asked | None = None if found is None else _Asked(*found[1])
    user = None if found is None else found[0]
    if session is None and catch_up():
        session, user = find_again(presented.sid)
    if session is None or user is None:
        refuse(presented, "unknown")
    if presented.user_id != user_id_of(user):
        refuse(presented, "other_user")
    account = end_of_account_for_request(user, session.password_fingerprint)
    end = end_of(judged_state(session, account), now=now())
    if end is not None:
        refuse(presented, end.value)
    return user


def find_user(user_id: str) -> Any:
    """The user with this id in tokens; None if there is none or it is hidden."""
    try:
        return users().filter(**{get_settings().USER_ID_FIELD: user_id}).first()
    except NOT_A_KEY:
        return None


def user_of_other(presented: Presented) -> Any:
    """The user of a token that another issuer made, unless a cut-off or new password refuses it.

    The caller must ask whether the user is active. Raises InvalidToken.
    """
    if is_cut_off(presented.cutoff_time, valid_from(latest_cutoff())):
        refuse(presented, End.CUT_OFF.value)
    user = find_user(presented.user_id)
    if user is None:
        of_an_issuer = presented.origin is others.Origin.JWK_URL
        refuse(presented, "unknown", Reason.NO_USER if of_an_issuer else Reason.SESSION_ENDED)
    if not others.has_password_of(presented.claims, user):
        refuse(presented, End.PASSWORD_CHANGED.value)
    return user


def refuse(
    presented: Presented,
    verdict: str,
    reason: Reason = Reason.SESSION_ENDED,
    *,
    final: bool = True,
) -> NoReturn:
    """Refuse a verified token; ``verdict`` goes to the log, and ``reason`` to the client."""
    events.refused(presented, verdict)
    raise InvalidToken(reason, final=final)


def _find(session_id: UUID, columns: tuple[str, ...]) -> statements.Found | None:
    """The user, and these columns of the session with the latest cut-off after them."""
    manager, alias = user_manager(), write_alias()
    if router.db_for_write(manager.model) != alias:
        return _find_apart(session_id, columns)

    def joined(shown: Any) -> tuple[Any, tuple[str, ...]]:
        taken: dict[str, Any] = {_PREFIX + name: F(f"jwt_sessions__{name}") for name in columns}
        taken[_CUTOFF] = Cutoff.latest()
        # Filter before annotating: the other order joins the sessions a second time.
        return shown.filter(jwt_sessions__pk=session_id).annotate(**taken), tuple(taken)

    asked = _KEY.get_db_prep_value(session_id, connections[alias])
    return statements.first(manager, alias, columns, asked, joined)


def _find_apart(session_id: UUID, columns: tuple[str, ...]) -> statements.Found | None:
    """The same with two queries, if the project's router keeps users in another database."""
    session = stored().to_judge().filter(pk=session_id).first()
    user = session and users().filter(pk=session.user_id).first()
    if session is None or user is None:
        return None
    return user, (*(getattr(session, name) for name in columns), session.valid_after)
