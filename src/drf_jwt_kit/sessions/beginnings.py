"""Which logins wait to begin until nothing can refuse them any more, and how are they stored then?

A view of ours waits for its serializer: what that refuses or raises after a login was prepared must
leave nothing behind. Outside such a view a login begins at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, InterfaceError

from drf_jwt_kit.conf.moments import as_local, now
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.models import Session, database, insertion

from . import events, feed, rows
from .faults import persistent, persistently
from .token_text import tokens_in
from .tokens import TokenPair

_CHANGED = (
    *("name", "scope", "scope_source", "parent", "user_agent", "device", "ip", "obtain_serializer"),
    *("data", "actor", "actor_reason"),
    *("refresh_lifetime", "access_lifetime", "expires_at", "auth_time"),
)
"""What a login may change of a session that is stored already."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A login whose tokens are written, and whose session is not stored yet."""

    session: Session
    user: Any
    request: Any
    most: int | None
    """How many sessions the user may have with this one."""
    announce: Callable[[], object] | None = None
    """Tells the project of the login, which may refuse it still."""
    store: Callable[[Session], bool] | None = None
    """Answers whether this call has stored the session, because another may be faster."""
    replaces: tuple[str, ...] = ()
    """The refresh tokens of the sessions that end with this login."""
    written: object = None
    """What its tokens were written into."""
    implied: bool = False
    """Made by the obtain serializer, whose subclass may throw the tokens away and write others."""
    actor_has_ended: Callable[[], bool] | None = None
    """Asks whether whoever acts as its user, if anybody, may not after all."""


@dataclass(kw_only=True)
class Waiting:
    """The logins that one view has prepared, by the id of the session, in their order."""

    beginnings: dict[UUID, Beginning] = field(default_factory=dict)
    is_open: bool = True
    """Threads that outlive the view begin their sessions at once."""
    outer: Waiting | None = None
    """The view inside of which this one was asked."""
    ended: list[Beginning] = field(default_factory=list)
    """Those whose sessions the project has ended while they waited."""
    answers: list[object] = field(default_factory=list)
    """What the client gets, as the serializer and the view say it. Empty if that is not known."""
    is_refused: bool = False
    """Whether that is a refusal, which may have tokens in it even so."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def sessions(self) -> set[UUID]:
        """Those that have been prepared here, whatever has become of them."""
        return {*self.beginnings, *(one.session.pk for one in self.ended)}

    def add(self, one: Beginning) -> bool:
        """Let a login wait here. False if the view has been left meanwhile, by another thread."""
        with self._lock:
            if self.is_open:
                self.beginnings[one.session.pk] = one
            return self.is_open

    def close(self) -> None:
        """Let nothing wait here any more."""
        with self._lock:
            self.is_open = False

    def find(self, session_id: UUID) -> Beginning | None:
        """The login that waits here, or in a view around this one."""
        found = (one.beginnings.get(session_id) for one in self.and_outer())
        return next(filter(None, found), None)

    def and_outer(self) -> Iterator[Waiting]:
        """This one, and those around it."""
        waiting: Waiting | None = self
        while waiting is not None:
            yield waiting
            waiting = waiting.outer

    def kept(self) -> list[Beginning]:
        """Those to begin: without the implied ones of whose tokens nothing is in the answer."""
        prepared = [*self.beginnings.values()]
        if not self.answers or not any(one.implied for one in prepared):
            return prepared
        implied = [one for one in prepared if one.implied]
        seen = _seen_in(self.answers, implied)
        thrown_away = [one for one in implied if one not in seen]
        left = [one for one in prepared if one not in thrown_away]
        for one in thrown_away:
            _hand_on(one, left)
        return left

    def told_in(self, refusal: object) -> list[Beginning]:
        """Those, not stored yet, of whose tokens something is in what is raised as a refusal."""
        waiting = [*self.beginnings.values(), *self.ended]
        new = [one for one in waiting if one.session._state.adding]
        return _seen_in(refusal, new) if new else []


current: ContextVar[Waiting | None] = ContextVar("drf_jwt_kit_waiting", default=None)
"""Where a login that is prepared now has to wait; None if it begins at once."""


def drop(
    reason: str,
    session_id: UUID | None = None,
    *,
    user_id: Any = None,
    keep: UUID | None = None,
) -> None:
    """Let logins that wait never begin: the project has ended them. All of them without an id.

    With both, the session only if it is that user's; ``keep`` is left.
    """
    inner = current.get()
    for waiting in () if inner is None else inner.and_outer():
        for pk, one in [*waiting.beginnings.items()]:
            is_meant = session_id in {None, pk} and user_id in {None, one.session.user_id}
            if is_meant and pk != keep and waiting.beginnings.pop(pk, None) is not None:
                waiting.ended.append(ended(one, reason))


def ended(one: Beginning, reason: str) -> Beginning:
    """The same login, whose session has ended before it was stored."""
    session = one.session
    session.revoked_at, session.revoked_reason = as_local(now()), events.reason_to_store(reason)
    return one


def store_ended(one: Beginning) -> None:
    """Insert the row of a login that has ended before it began, and tell nobody.

    Its tokens may be with somebody, and a request without a query would let them in.
    """
    session = one.session
    if session._state.adding:
        session.revoked_at = as_local(now())  # the newest ends are read
        persistently(lambda again: _save(session, again=again))
        feed.expire_after_commit()


def store(one: Beginning) -> bool:
    """Insert the row, or update it if it is stored already. False if another request was faster."""
    session = one.session
    if one.store is not None:
        return one.store(session)
    if not session._state.adding:
        _change(session)
        return True
    session.created_at = as_local(now())  # it may have waited, and the newest session stays
    persistently(lambda again: _save(session, again=again))
    return True


def take_back(new: list[Beginning]) -> None:
    """Delete the rows of logins that are refused or failed after all, unless they have ended."""
    for one in new:
        session = one.session
        same = rows.stored().filter(pk=session.pk, secret=session.secret)
        with suppress(DatabaseError, InterfaceError):  # it may be what failed
            same.filter(revoked_at=None, rotated_at=None).delete()
            session._state.adding = True


@persistent
def _change(session: Session) -> None:
    """Write what a login changes of a row that is stored. Raises InvalidToken if it was rotated or
    has ended meanwhile."""
    row = rows.stored().filter(pk=session.pk, secret=session.secret, generation=0, revoked_at=None)
    changed = {name: getattr(session, name) for name in _CHANGED}
    if not row.update(**changed, live_until=session.refreshable_until):
        raise InvalidToken(Reason.SESSION_ENDED)


def _save(session: Session, *, again: bool) -> None:
    alias = database.write_alias()
    try:
        insertion.insert(session, alias)
    except IntegrityError:
        same = rows.stored().filter(pk=session.pk, secret=session.secret)
        if not (again and same.exists()):
            raise
        # The first attempt has stored it, and its answer was lost.
        session._state.adding, session._state.db = False, alias


def _hand_on(thrown_away: Beginning, left: list[Beginning]) -> None:
    """Let another login of the same user be announced, and replace, in place of this one."""
    for number, one in enumerate(left):
        if one.session.user_id == thrown_away.session.user_id:
            announce = one.announce or thrown_away.announce
            replaces = (*one.replaces, *thrown_away.replaces)
            left[number] = replace(one, announce=announce, replaces=replaces)
            return


def _seen_in(answers: object, prepared: list[Beginning]) -> list[Beginning]:
    """Those of ``prepared`` of whose tokens something is in ``answers``."""
    answer = repr(answers)
    seen = [one for one in prepared if stands_in(answer, one.written)]
    if len(seen) == len(prepared):
        return seen
    others = {sid for _, sid in tokens_in(answer)}  # of tokens that were written out once more
    return [one for one in prepared if one in seen or one.session.pk in others]


def stands_in(answer: str, written: object) -> bool:
    """Whether one of the tokens of a pair stands in ``answer`` as it was written."""
    return isinstance(written, TokenPair) and any(
        token in answer for token in (written.refresh, written.access) if token
    )
