"""How does a session begin? With its limits, its first tokens and its row, for every login.

The row comes last, when nothing can refuse the login any more. Each statement is one of its own: a
transaction that has inserted the row, and then waits for the user, would stop a change of that user
which is itself waiting for the user's rows (MariaDB), and the project's may be the one given up.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from django.db import DatabaseError, IntegrityError, InterfaceError

from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.exceptions import InvalidToken, NoActiveAccount, Reason
from drf_jwt_kit.models import RevokedReason, Session

from . import adoption, client, end, events, grant, limits, rows
from .account import end_since_login, may_log_in
from .beginnings import Beginning, Waiting, current
from .claims import Additions, Login, additions_at_refresh, claims_of, source_of_scope
from .faults import database_faults_answered, persistently
from .presented import Presented
from .tokens import TokenPair, pair_of

_T = TypeVar("_T")


def log_in(
    user: Any,
    request: Any,
    *,
    token: Login | None,
    scope: str = "",
    name: str = "",
    parent: Presented | None = None,
    bound: grant.Bound | None = None,
    announce: Callable[[], object] | None = None,
    replaces: str | None = None,
    implied: bool = False,
) -> TokenPair:
    """Log in as ``logins.start`` does, for a login that the arguments describe completely.

    ``announce`` tells the project of the login before it begins, and may raise a refusal.
    """
    ours = (rows.new_session(user), Additions())
    session, added = ours if token is None else token.handed_over()
    if scope:
        grant.limit(session, scope, grant.GIVEN)
    if bound is not None:
        grant.bound(session, bound)
    session.parent = parent.sid if parent is not None else None
    session.name = plain(name)[:100]

    def write() -> TokenPair:
        claims = claims_of(user, request=request, session=session, added=added)
        return pair_of(session, user, claims, write=added.write)

    return begin(
        session,
        user,
        request,
        write=write,
        announce=announce,
        replaces=replaces,
        implied=implied,
    )


def begin(
    session: Session,
    user: Any,
    request: Any = None,
    *,
    write: Callable[[], _T],
    announce: Callable[[], object] | None = None,
    store: Callable[[Session], bool] | None = None,
    replaces: str | None = None,
    implied: bool = False,
) -> _T:
    """Prepare a new session, answer ``write()``, and let the session begin.

    ``write`` is called before anything is stored, so that failing claims begin no session.
    With ``store`` the session begins at once. Raises as ``logins.start`` does.
    """
    waiting = current.get() if store is None else None
    if waiting is not None and not waiting.is_open:
        waiting = None
    earlier = None if waiting is None else waiting.beginnings.get(session.pk)
    if earlier is not None and request is None:
        return write()  # its tokens are written out once more
    if not may_log_in(user):
        raise NoActiveAccount
    client.describe(session, request)
    beginning = Beginning(
        session=session,
        user=user,
        request=request,
        most=limits.impose(session, user, request).max_sessions,
        announce=announce if earlier is None else announce or earlier.announce,
        store=store,
        replaces=replaces,
        implied=implied,
    )
    written = write()
    if waiting is None:
        _insert([beginning])
    else:
        waiting.beginnings[session.pk] = beginning
    return written


@contextmanager
def begun_at_the_end(replaces: str | None = None) -> Iterator[Waiting]:
    """Begin the sessions that a block prepares when it has ended, unless it raises.

    It may say what it answers. ``replaces`` is the refresh token that the browser held before; its
    session ends if another begins. Inside another such block, all wait for that one. Raises as
    ``logins.start`` does.
    """
    outer, waiting = current.get(), Waiting()
    token = current.set(waiting)
    try:
        yield waiting
    finally:
        waiting.is_open = False
        current.reset(token)
    several = len(waiting.beginnings) > 1
    prepared = waiting.kept() if several else [*waiting.beginnings.values()]
    if prepared and replaces is not None:
        prepared[0] = replace(prepared[0], replaces=replaces)
    if outer is not None and outer.is_open:
        outer.beginnings.update((one.session.pk, one) for one in prepared)
    elif prepared:
        _insert(prepared)


def begin_adopted(presented: Presented, request: Any) -> None:
    """Begin the session of a refresh token of Simple JWT, as a login does, unless it has begun.

    Asks the claims beforehand, because what they raise must begin nothing. Raises InvalidToken if
    Simple JWT would refuse the token too. If the user has changed meanwhile, the session has ended.
    """
    if adoption.has_begun(presented):
        adoption.refuse_blacklisted(presented)
        return
    user = adoption.user_to_begin_with(presented)
    session = adoption.session_of(presented, user)
    if session.scope_source:
        session.scope_source = source_of_scope(user)

    def write() -> None:
        added = additions_at_refresh(copy.copy(session), user)
        claims = claims_of(user, request=request, session=session, added=added)
        pair_of(copy.copy(session), user, claims, write=added.write)

    with suppress(NoActiveAccount):
        begin(session, user, request, write=write, store=adoption.insert)


def _insert(prepared: Collection[Beginning]) -> None:
    """Begin the sessions of ``prepared``, all of them or, if this raises, none.

    Whatever can refuse or fail comes before the first of them is told of. Raises NoActiveAccount,
    InvalidToken, ServiceUnavailable, and what ``announce`` raises.
    """
    for one in prepared:
        if one.announce is not None:
            with database_faults_answered():  # not tried again: receivers would hear it twice
                one.announce()
    begun: list[Beginning] = []
    new: list[Beginning] = []
    try:
        for one in prepared:
            if one.session._state.adding:
                new.append(one)
            if _store(one):
                begun.append(one)
                _look_again(one)
        for one in begun:
            if one.replaces is not None:  # before sessions are counted, or one more would end
                end.replace(one.replaces)
            limits.end_excess(one.session, one.user, one.most)
    except BaseException:
        _take_back(new)
        raise
    for one in begun:
        if one in new:
            events.started(one.session, one.user, one.request)


def _store(one: Beginning) -> bool:
    """Insert the row, or update it if it is stored already. False if another request was faster."""
    session = one.session
    if one.store is not None:
        return one.store(session)
    is_new = session._state.adding
    persistently(lambda again: _save(session, is_new=is_new, again=again))
    return True


def _save(session: Session, *, is_new: bool, again: bool) -> None:
    alias = rows.write_alias()
    try:
        session.save(using=alias, force_insert=is_new)
    except IntegrityError:
        same = rows.stored().filter(pk=session.pk, secret=session.secret)
        if not (is_new and again and same.exists()):
            raise
        # The first attempt has stored it, and its answer was lost.
        session._state.adding, session._state.db = False, alias


def _look_again(one: Beginning) -> None:
    """End a session whose user or parent has ended since the login was decided, and refuse it."""
    session = one.session
    account = persistently(
        lambda again: end_since_login(session.user_id, session.password_fingerprint)
    )
    if account is not None:
        end.end_one(session, account.value)
        raise NoActiveAccount
    if session.parent is not None and end.was_stolen(session.parent):
        end.end_one(session, RevokedReason.REUSED)
        raise InvalidToken(Reason.SESSION_ENDED)


def _take_back(new: list[Beginning]) -> None:
    """Delete the rows of logins that are refused or failed after all, unless they have ended."""
    for one in new:
        session = one.session
        same = rows.stored().filter(pk=session.pk, secret=session.secret)
        with suppress(DatabaseError, InterfaceError):  # it may be what failed
            same.filter(revoked_at=None, rotated_at=None).delete()
            session._state.adding = True
