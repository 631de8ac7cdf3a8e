"""Who stands behind a token? Reads a session with its user, on the database that is written to.

The question starts from the user model's default manager, so that users whom it hides (soft
deletion, another tenant) stay refused. Never writes.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connections, router
from django.db.models import F
from django.utils import timezone

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import Reason
from drf_jwt_kit.models import Session
from drf_jwt_kit.tokens.token import RefusedToken, epoch, user_id_of

from . import cutoff, events
from .account import accepted_fingerprints, account_for_request, has_password_of
from .faults import persistent
from .rotation import Account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from drf_jwt_kit.tokens import AccessToken, RefreshToken

_PREFIX = "_jwt_session_"
_CUTOFF = "_jwt_cutoff"
_ALL = tuple(field.attname for field in Session._meta.concrete_fields)
_FOR_A_REQUEST = ("id", "user_id", "auth_time", "revoked_at", "password_fingerprint")


def write_alias() -> str:
    """The database that sessions are written to; decisions are made there, never on a replica."""
    return router.db_for_write(Session)


def sessions() -> Any:
    """All rows, on that database."""
    return Session._default_manager.using(write_alias())


def sessions_to_judge() -> Any:
    """The same rows, each with the cut-off of this moment beside it, as ``valid_after``."""
    return sessions().annotate(valid_after=cutoff.stored())


def was_cut_off(session: Session) -> bool:
    """Whether a row of ``sessions_to_judge`` or ``find`` began before all sessions were ended."""
    return cutoff.has_ended(epoch(session.auth_time), session.valid_after)


def in_transaction() -> bool:
    """Whether somebody has a transaction open on that database."""
    return connections[write_alias()].in_atomic_block


def find(session_id: UUID) -> tuple[Session, Any] | None:
    """The session with its user in one query; None where either is missing or hidden."""
    return _find(session_id, _ALL)


def find_for_update(session_id: UUID) -> Session | None:
    """The row as it is now, locked where a transaction is open.

    At REPEATABLE READ a plain second read would show the row as it was at the first one.
    """
    rows = sessions_to_judge()
    if in_transaction():
        rows = rows.select_for_update()
    return rows.filter(pk=session_id).first()  # type: ignore[no-any-return]


@persistent
def authenticate(token: AccessToken) -> Any:
    """The user of a verified access token whose session is live. One query.

    Raises InvalidToken (``session_ended``), and ServiceUnavailable where the database
    cannot be asked. Two queries for a token that is not ours, which has no session.
    """
    if token.adopted:
        return _user_of_adopted(token)
    found = _find(token.session_id, _FOR_A_REQUEST)
    if found is None:
        raise refused(token, "unknown")
    session, user = found
    check_session(token, session, user)
    return user


def check_session(token: AccessToken, session: Session, user: Any) -> None:
    """Raise InvalidToken unless ``token`` is of ``session``, and both it and ``user`` live on."""
    if token.user_id != user_id_of(user):
        raise refused(token, "other_user")
    if session.revoked_at is not None:
        raise refused(token, "revoked")
    if was_cut_off(session):
        raise refused(token, "cut_off")
    account = account_for_request(user, session.password_fingerprint)
    if account is not Account.ACTIVE:
        raise refused(token, account.value)


def find_user(user_id: str) -> Any:
    """The user that tokens name ``user_id``; None where there is none, or it is hidden."""
    users = get_user_model()._default_manager
    try:
        named = users.filter(**{get_settings().USER_ID_FIELD: user_id})
    except (ValueError, TypeError, ValidationError):  # it is no key of this user model
        return None
    return named.using(router.db_for_write(users.model)).first()


def _user_of_adopted(token: AccessToken) -> Any:
    """As Simple JWT would have it: the user is there and active."""
    if cutoff.has_ended(token.judged_by, cutoff.read(write_alias())):
        raise refused(token, "cut_off")
    user = find_user(token.user_id)
    if user is None:
        raise refused(token, "unknown")
    if get_settings().CHECK_USER_IS_ACTIVE and not user.is_active:
        raise refused(token, Account.INACTIVE.value)
    if not has_password_of(token, user):
        raise refused(token, Account.PASSWORD_CHANGED.value)
    return user


@persistent
def live_sessions(user: Any, *, limit: int = 200) -> list[Session]:
    """The sessions of ``user`` that can still be refreshed, newest first."""
    return list(itertools.islice(_live(user, sessions_to_judge().order_by("-created_at")), limit))


def live_sessions_by_age(user: Any) -> list[Session]:
    """Nothing but the age of the live sessions of ``user``, oldest first. One query."""
    columns = ("created_at", "auth_time", "rotated_at", "refresh_lifetime", "expires_at")
    return list(_live(user, sessions_to_judge().only(*columns).order_by("created_at", "pk")))


def live_session(user: Any, session_id: UUID) -> Session | None:
    """That session of ``user``, if it can still be refreshed."""
    return next(_live(user, sessions_to_judge().filter(pk=session_id)), None)


def _live(user: Any, rows: Any) -> Iterator[Session]:
    # The idle limit is each row's own sum of a time and a duration, which databases add up
    # differently; one user's rows are few.
    now = timezone.now()
    known = accepted_fingerprints(user)
    rows = rows.filter(user_id=user.pk, revoked_at=None, password_fingerprint__in=known)
    return (row for row in rows.iterator() if row.refreshable_until > now and not was_cut_off(row))


def _find(session_id: UUID, columns: tuple[str, ...]) -> tuple[Session, Any] | None:
    users = get_user_model()._default_manager
    alias = write_alias()
    if router.db_for_write(users.model) != alias:
        return _find_apart(session_id, users)
    taken: dict[str, Any] = {_PREFIX + name: F(f"jwt_sessions__{name}") for name in columns}
    taken[_CUTOFF] = cutoff.stored()
    # First filtered, then annotated: the other way round joins the sessions a second time.
    rows = users.using(alias).filter(jwt_sessions__pk=session_id).annotate(**taken)
    try:
        user = rows.get()
    except users.model.DoesNotExist:
        return None
    values = {column: user.__dict__.pop(_PREFIX + column) for column in columns}
    session = Session(**values)
    session.valid_after = user.__dict__.pop(_CUTOFF)
    session._state.adding, session._state.db = False, alias
    return session, user


def _find_apart(session_id: UUID, users: Any) -> tuple[Session, Any] | None:
    """Two queries, where the project's router keeps users in another database."""
    session = sessions_to_judge().filter(pk=session_id).first()
    user = None
    if session is not None and session.user_id is not None:
        alias = router.db_for_write(users.model)
        user = users.using(alias).filter(pk=session.user_id).first()
    return None if user is None else (session, user)


def refused(token: AccessToken | RefreshToken, verdict: str) -> RefusedToken:
    events.refused(token, verdict)
    return RefusedToken(Reason.SESSION_ENDED)
