"""Which sockets of this process are open, and whose session has ended meanwhile?

One task of each event loop reads the process's revocation feed once in ``REVOCATION_LAG``, however
many sockets are open, and asks the table about those that the feed names.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.dispatch import receiver

from drf_jwt_kit import sessions, signals
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, ServiceUnavailable
from drf_jwt_kit.logs import log
from drf_jwt_kit.sessions.feed import recent_revocations
from drf_jwt_kit.sessions.presented import Presented
from drf_jwt_kit.sessions.revocations import Revocations
from drf_jwt_kit.sessions.stateless import may_have_ended

UNAUTHENTICATED = 4401
"""The code of a socket that is refused, or whose session has ended. Private use: RFC 6455 7.4.2."""

TRY_AGAIN_LATER = 1013
"""The code where the database does not answer. Source: IANA's registry of WebSocket codes."""

INTERNAL_ERROR = 1011
"""The code of all where nobody can look any more. Source: RFC 6455 section 7.4.1."""


class Socket:
    """An open socket and the token that opened it."""

    def __init__(self, token: Presented, user_key: Any) -> None:
        self.token, self.user_key = token, user_key
        self.ended = asyncio.Event()
        self.code = 1000
        self.asked_at = monotonic()
        self.suspected = False
        """Whether this process has ended its session, or another one of its user."""

    def end(self, code: int) -> None:
        """Close it, with ``code``."""
        self.code = code
        self.ended.set()

    def must_ask(self, revoked: Revocations) -> bool:
        """Whether the table must be asked: once an access token's lifetime in any case."""
        overdue = monotonic() - self.asked_at >= get_settings().access_seconds
        return self.suspected or overdue or may_have_ended(self.token, revoked)


class Watch:
    """The open sockets of one event loop."""

    def __init__(self) -> None:
        self._open: set[Socket] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, socket: Socket) -> None:
        """Close ``socket`` when its session ends."""
        self._open.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())

    def discard(self, socket: Socket) -> None:
        """It is closed."""
        self._open.discard(socket)
        if not self._open and self._task is not None:
            self._task.cancel()
            self._task = None

    def suspect(self, is_meant: Callable[[Socket], bool]) -> None:
        """Ask about these now, and not in a while."""
        for socket in filter(is_meant, self._open):
            socket.suspected = True
            self._woken.set()

    async def _look(self) -> None:
        try:
            await self._keep_looking()
        except Exception as error:  # noqa: BLE001  # whatever it is, no socket may stay open unseen
            count = len(self._open)
            log("sockets_closed", level=logging.ERROR, cause=error, count=count)
            self._end((socket, INTERNAL_ERROR) for socket in tuple(self._open))

    async def _keep_looking(self) -> None:
        while True:
            self._woken.clear()
            ended, read_at = await _look_at(tuple(self._open))
            self._end(ended)
            await _pause(self._woken, read_at + get_settings().REVOCATION_LAG.total_seconds())

    def _end(self, ended: Iterable[tuple[Socket, int]]) -> None:
        for socket, code in ended:
            self._open.discard(socket)
            socket.end(code)


def watch() -> Watch:
    """The sockets of the event loop that runs."""
    with _lock:
        return _watches.setdefault(asyncio.get_running_loop(), Watch())


async def _pause(woken: asyncio.Event, until: float) -> None:
    """Return at ``until``, by the monotonic clock, or when somebody is suspected."""
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(woken.wait(), max(_SHORTEST, until - monotonic()))


def _ended(open_sockets: tuple[Socket, ...]) -> tuple[list[tuple[Socket, int]], float]:
    """Those whose session has ended, each with the code to close it with; and when was looked."""
    try:
        revoked = recent_revocations()
    except ServiceUnavailable:
        return [(one, TRY_AGAIN_LATER) for one in open_sockets], monotonic()
    ended = [(one, UNAUTHENTICATED) for one in open_sockets if _has_ended(one, revoked)]
    return ended, revoked.read_at


def _has_ended(socket: Socket, revoked: Revocations) -> bool:
    if not socket.must_ask(revoked):
        return False
    try:
        sessions.authenticate(socket.token)
    except InvalidToken:
        return True
    except ServiceUnavailable:  # asked again at the next look; without the feed, none stays open
        return False
    socket.suspected, socket.asked_at = False, monotonic()
    return False


# In a thread of its own: that which consumers and views share may be busy with one of them.
_look_at = database_sync_to_async(
    _ended, thread_sensitive=False, executor=ThreadPoolExecutor(1, "drf_jwt_kit.sockets")
)


@receiver(signals.session_revoked, dispatch_uid="drf_jwt_kit.contrib.channels")
def _some_have_ended(session_id: Any, user_id: Any, **kwargs: object) -> None:
    _suspect(
        lambda one: one.user_key == user_id if session_id is None else one.token.sid == session_id
    )


@receiver(signals.all_sessions_revoked, dispatch_uid="drf_jwt_kit.contrib.channels")
def _all_have_ended(**kwargs: object) -> None:
    _suspect(lambda one: True)


def _suspect(is_meant: Callable[[Socket], bool]) -> None:
    with _lock:
        watches = tuple(_watches.items())
    for loop, one in watches:
        with suppress(RuntimeError):  # that loop has ended
            loop.call_soon_threadsafe(one.suspect, is_meant)


_SHORTEST = 0.1
"""Seconds between two looks, where REVOCATION_LAG is nothing."""

_lock = Lock()
_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()
