"""Which session does a token belong to, and who is its user? Reads rows and never writes.

Reads where sessions are written. Users whom their default manager hides (tenants) are refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connections, router
from django.db.models import F

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import as_local, aware, epoch, now, whole_second
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Cutoff, Session, SessionQuerySet

from . import events, others
from .account import end_of_account, end_of_account_for_request, fingerprint, user_id_of, users
from .causal import catch_up
from .faults import persistent
from .life import End, State, end_of, is_cut_off
from .presented import Presented, TokenOfAFace, presented_of

_PREFIX = "_jwt_session_"
_CUTOFF = "_jwt_cutoff"
_ALL = tuple(field.attname for field in Session._meta.concrete_fields)
_FOR_A_REQUEST = (
    *("id", "user_id", "auth_time", "revoked_at", "password_fingerprint"),
    *("created_at", "rotated_at", "refresh_lifetime", "expires_at"),
)


def write_alias() -> str:
    """The database that sessions are written to. Decisions read it, and never a replica."""
    return router.db_for_write(Session)


def database() -> tuple[object, ...]:
    """The database that sessions are written to, and its schema if each tenant has one."""
    alias = write_alias()
    connection = connections[alias]
    where = [connection.settings_dict.get(name) for name in ("NAME", "HOST", "PORT")]
    return alias, *map(str, where), getattr(connection, "schema_name", None)


def stored() -> SessionQuerySet:
    """All rows, on that database."""
    return Session.objects.using(write_alias())


def in_transaction() -> bool:
    """Whether a transaction is open on that database."""
    return connections[write_alias()].in_atomic_block


def new_session(
    user: Any, refresh_lifetime: timedelta | None = None, obtain_serializer: str = ""
) -> Session:
    """A session of ``user`` that is not in the database. Queries nothing.

    Without a user (None) it has ended. Raises ValueError for a user that is not saved.
    """
    if user is not None and user.pk is None:
        raise ValueError("This user is not saved. Save it before making tokens for it.")
    begun = now()
    return Session(
        user_id=None if user is None else user.pk,
        created_at=as_local(begun),
        auth_time=as_local(begun),
        refresh_lifetime=refresh_lifetime or get_settings().REFRESH_TOKEN_LIFETIME,
        expires_at=as_local(begun + get_settings().SESSION_MAX_AGE),
        password_fingerprint=fingerprint(user),
        obtain_serializer=obtain_serializer,
    )


def id_of(session: object) -> UUID:
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


def latest_cutoff() -> datetime | None:
    """The latest cut-off in the table. One query."""
    cutoffs = Cutoff._default_manager.using(write_alias()).order_by("-valid_after")
    return cutoffs.values_list("valid_after", flat=True).first()


def valid_from(stored_cutoff: datetime | None) -> int | None:
    """The second from which logins are valid: the later one of the table and the setting."""
    cutoffs = (stored_cutoff, get_settings().SESSIONS_VALID_AFTER)
    return max((epoch(whole_second(one)) for one in cutoffs if one is not None), default=None)


def state_of(session: Session, account: End | None, valid_from: int | None) -> State:
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
    )


def judged_state(session: Session, account: End | None) -> State:
    """The same for a row that ``find`` or ``to_judge`` has read."""
    return state_of(session, account, valid_from(session.valid_after))


def end_of_session(session: Session, user: Any) -> End | None:
    """Why a session has ended by now, as a refresh would decide; or None."""
    account = end_of_account(user, session.password_fingerprint)
    return end_of(judged_state(session, account), now=now())


def find(session_id: UUID) -> tuple[Session, Any] | None:
    """The session and its user in one query; None if either is missing or hidden."""
    return _find(session_id, _ALL)


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
    session, user = found or (find_again(presented.sid) if catch_up() else (None, None))
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
    except (ValueError, TypeError, ValidationError):  # not a key of this user model
        return None


def user_of_other(presented: Presented) -> Any:
    """The user of a token that another issuer made, unless a cut-off or new password refuses it.

    The caller must ask whether the user is active. Raises InvalidToken.
    """
    if is_cut_off(presented.cutoff_time, valid_from(latest_cutoff())):
        refuse(presented, End.CUT_OFF.value)
    user = find_user(presented.user_id)
    if user is None:
        refuse(presented, "unknown")
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


def _find(session_id: UUID, columns: tuple[str, ...]) -> tuple[Session, Any] | None:
    found, alias = users(), write_alias()
    if found.db != alias:
        return _find_apart(session_id, found)
    taken: dict[str, Any] = {_PREFIX + name: F(f"jwt_sessions__{name}") for name in columns}
    taken[_CUTOFF] = Cutoff.latest()
    # Filter before annotating: the other order joins the sessions a second time.
    rows = found.filter(jwt_sessions__pk=session_id).annotate(**taken)
    try:
        user = rows.get()
    except found.model.DoesNotExist:
        return None
    values = {column: user.__dict__.pop(_PREFIX + column) for column in columns}
    session = Session(**values)
    session.valid_after = user.__dict__.pop(_CUTOFF)
    session._state.adding, session._state.db = False, alias
    return session, user


def _find_apart(session_id: UUID, found: Any) -> tuple[Session, Any] | None:
    """The same with two queries, if the project's router keeps users in another database."""
    session = stored().to_judge().filter(pk=session_id).first()
    user = session and found.filter(pk=session.user_id).first()
    return None if session is None or user is None else (session, user)
