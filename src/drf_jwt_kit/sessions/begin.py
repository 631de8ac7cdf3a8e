"""How does a session begin? With its limits, its first tokens and its row, for every login.

The row comes last, when nothing can refuse the login any more. Each statement is one of its own: a
transaction that has inserted the row, and then waits for the user, would stop a change of that user
which is itself waiting for the user's rows (MariaDB), and the project's may be the one given up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.exceptions import InvalidToken, KeysUnavailable, NoActiveAccount, Reason
from drf_jwt_kit.models import RevokedReason, Session

from . import acting, client, descendants, end, events, grant, limits
from .account import end_since_login, may_log_in
from .beginnings import Beginning, Waiting, current, ended, store, store_ended, take_back
from .claims import Login
from .faults import database_faults_answered, persistently
from .presented import EITHER, Presented, read
from .tokens import NO_ADDITIONS, TokenPair, claims_of, pair_of

_T = TypeVar("_T")


def log_in(
    user: Any,
    request: Any,
    *,
    token: Login | None,
    obtain_serializer: str = "",
    scope: str = "",
    asks: str = "",
    name: str = "",
    data: Mapping[str, Any] | None = None,
    acted_for: acting.Acting | None = None,
    parent: Presented | None = None,
    bound: grant.Bound | None = None,
    announce: Callable[[], object] | None = None,
    replaces: str | None = None,
    implied: bool = False,
) -> TokenPair:
    """Log in as ``logins.start`` does, for a login that the arguments describe completely.

    ``token`` is that of a ``get_token`` of the project's, and else ``obtain_serializer`` may be the
    path of the serializer that logs in. ``asks`` is the scope that the client wants of what it is
    granted. ``announce`` tells the project of the login before it begins, and may raise a refusal.
    """
    if token is None:
        session = grant.new_session(user, obtain_serializer=obtain_serializer)
        added = NO_ADDITIONS
    else:
        session, added = token.handed_over()
    if scope:
        grant.limit(session, scope, grant.GIVEN)
    if bound is not None:
        grant.bound(session, bound)
    asked = grant.asked(session, asks)
    session.scope = session.scope if asked is None else asked
    session.parent = (parent.sid if parent is not None else None) or session.parent
    session.name = plain(name)[:100]
    if data is not None:
        grant.remember(session, data)
    if acted_for is not None:
        session.actor, session.actor_reason = acted_for.actor, acted_for.reason

    def write() -> TokenPair:
        claims = claims_of(user, request=request, session=session, added=added)
        return replace(pair_of(session, user, claims, write=added.write), scope=asked)

    return begin(
        session,
        user,
        request,
        write=write,
        announce=announce,
        replaces=replaces,
        implied=implied,
        actor_has_ended=None if acted_for is None else acted_for.has_ended,
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
    actor_has_ended: Callable[[], bool] | None = None,
) -> _T:
    """Prepare a new session, answer ``write()``, and let the session begin.

    ``write`` is called before anything is stored, so that failing claims begin no session.
    With ``store`` the session begins at once. Raises as ``logins.start`` does.
    """
    waiting = current.get() if store is None else None
    if waiting is not None and not waiting.is_open:
        waiting = None
    earlier = None if waiting is None else waiting.find(session.pk)
    ended_before = session.revoked_at is not None and session._state.adding
    if request is None and replaces is None and (earlier is not None or ended_before):
        return write()  # its tokens are written out once more
    if session.revoked_at is not None:
        raise InvalidToken(Reason.SESSION_ENDED)
    if not may_log_in(user):
        raise NoActiveAccount
    client.describe(session, request)
    most = get_settings().MAX_SESSIONS_PER_USER
    if get_settings().SESSION_LIMITS is not None:
        most = limits.impose(session, user, request).max_sessions
    if session.actor:
        acting.bound(session)
        most = None  # nobody who acts as the user pushes out a device of the user's own
    written = write()
    beginning = Beginning(
        session=session,
        user=user,
        request=request,
        most=most,
        written=written,
        announce=announce if earlier is None else announce or earlier.announce,
        store=store,
        replaces=(*(earlier.replaces if earlier else ()), *filter(None, [replaces])),
        implied=implied,
        actor_has_ended=actor_has_ended,
    )
    if waiting is None or not waiting.add(beginning):
        _insert([beginning])
    return written


@contextmanager
def begun_at_the_end(replaces: tuple[str, ...] = ()) -> Iterator[Waiting]:
    """Begin the sessions that a block prepares when it has ended, unless it raises.

    It may say what it answers, and then an implied login whose tokens are not in that does not
    begin. What it answers as a refusal, and what the project has ended meanwhile, is stored as a
    session that has ended; if it raises, only that whose tokens stand in the error. ``replaces``
    are the refresh tokens that the browser held before; their sessions end if another begins.
    Inside another such block, all wait for that one. Raises as ``logins.start`` does.
    """
    outer, waiting = current.get(), Waiting()
    waiting.outer = outer if outer is not None and outer.is_open else None
    token = current.set(waiting)
    try:
        yield waiting
    except BaseException as error:
        told = waiting.told_in(getattr(error, "detail", error.args))
        for one in told:
            store_ended(one if one in waiting.ended else ended(one, RevokedReason.BY_PROJECT))
        raise
    finally:
        waiting.close()
        current.reset(token)
    prepared = waiting.kept() if waiting.beginnings else []
    if waiting.is_refused:
        new = [one for one in prepared if one.session._state.adding]
        waiting.ended += [ended(one, RevokedReason.BY_PROJECT) for one in new]
        prepared = []
    for one in waiting.ended:
        store_ended(one)
    if prepared and replaces:
        first = prepared[0]
        prepared[0] = replace(first, replaces=(*first.replaces, *replaces))
    if waiting.outer is not None:  # its own answer may keep what this one has answered
        handed_on = [replace(one, implied=False) for one in prepared]
        prepared = [one for one in handed_on if not waiting.outer.add(one)]
    if prepared:
        _insert(prepared)


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
            if store(one):
                begun.append(one)
                _look_again(one)
        _end_others(begun)
    except BaseException:
        take_back(new)
        raise
    for one in begun:
        if one in new:
            events.started(one.session, one.user, one.request)


def _end_others(begun: Collection[Beginning]) -> None:
    """End what the logins push out, and what they replace: that comes last, and does not count."""
    replaced = list(dict.fromkeys(token for one in begun for token in one.replaces))
    limited = any(one.most is not None for one in begun)
    gone = set(filter(None, map(_named_by, replaced))) if limited else set()
    for one in begun:
        if one.most is not None:
            limits.end_excess(one.session, one.user, one.most, but=gone - {one.session.pk})
    for token in replaced:
        end.replace(token)


def _named_by(presented: str) -> UUID | None:
    """The session that ``end.replace`` would end, or None. Asks no database."""
    with suppress(InvalidToken, KeysUnavailable):
        return read(presented, EITHER, accept_expired=True).sid
    return None


def _look_again(one: Beginning) -> None:
    """End a session whose user, actor or parent has ended since the login was decided, and refuse
    it."""
    session = one.session
    account = persistently(
        lambda again: end_since_login(session.user_id, session.password_fingerprint)
    )
    if account is not None:
        end.end_one(session, account.value)
        raise NoActiveAccount
    if one.actor_has_ended is not None and one.actor_has_ended():
        end.end_one(session, RevokedReason.ACTOR_ENDED)
        raise NoActiveAccount
    reason = None if session.parent is None else descendants.end_of_parent(session.parent)
    if reason is not None:
        end.end_one(session, reason)
        raise InvalidToken(Reason.SESSION_ENDED)
