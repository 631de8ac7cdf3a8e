"""Which sessions were revoked lately, as a process remembers it without asking each time?

A request that arrives ``REVOCATION_LAG`` or more after a revocation was committed is refused,
in every process. If the database does not answer, the memory is used for ten seconds. Starts no
thread: a request that finds the memory too old reads it anew, and others wait for that.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import NamedTuple

from django.db import transaction

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.models import database

from . import revocations
from .revocations import Revocations

FAIL_CLOSED_AFTER = 10
"""Seconds without a successful read, after which every request gets 503."""

PATIENCE = 2
"""Seconds for which other requests wait for a read. A longer read counts as failed."""


def recent_revocations() -> Revocations:
    """The recent revocations, read at most ``REVOCATION_LAG`` ago. Usually no query.

    Raises ServiceUnavailable if the database has not answered for ten seconds.
    """
    key = database.identity()
    feed = _feeds.get(key) or _feeds.setdefault(key, Feed(revocations.read))
    return feed.recent(get_settings().REVOCATION_LAG.total_seconds())


def expire_after_commit() -> None:
    """Make the next request of this process read again, once the open transaction has committed."""
    here = database.identity()  # after the commit, the connection may be in another tenant's schema

    def expire() -> None:
        feed = _feeds.get(here)
        if feed is not None:
            feed.expire()

    transaction.on_commit(expire, using=database.write_alias(), robust=True)


class Standing(NamedTuple):
    """How the feeds of this process stand."""

    lag: float
    """Seconds since the last read of the one that is furthest behind; 0 while reads succeed."""
    size: int
    """How many ended sessions they hold. One that does not hold them counts more than MOST."""


def standing() -> Standing:
    """How the feeds of this process stand now. No query."""
    at, feeds = monotonic(), [*_feeds.values()]
    lag = max((one.lag(at) for one in feeds), default=0.0)
    return Standing(lag, sum(one.size for one in feeds))


class Feed:
    """What one process knows about one database, and when it must ask again."""

    def __init__(self, read: Callable[[Revocations | None], Revocations]) -> None:
        self._read = read
        self._lock = Lock()
        self._known: Revocations | None = None
        self._reading_since: float | None = None
        self._failed_at = float("-inf")
        self._required = self._met = object()

    def recent(self, lag: float) -> Revocations:
        """The revocations, read at most ``lag`` seconds before this call.

        Raises ServiceUnavailable after ten seconds without a successful read.
        """
        arrived = monotonic()
        fresh = self._fresh(arrived, lag)
        if fresh is not None:
            return fresh
        self._renew(arrived, lag)
        known = self._known
        if known is None or not _within(FAIL_CLOSED_AFTER, known.read_at, monotonic()):
            raise ServiceUnavailable
        return known

    def expire(self) -> None:
        """Require a new read, however old the last one is: this process has revoked a session."""
        self._required = object()

    def lag(self, at: float) -> float:
        """Seconds since the last successful read, if one has failed or hangs since; else 0."""
        since = self._reading_since
        hangs = since is not None and at - since > PATIENCE
        if self._failed_at == float("-inf") and not hangs:
            return 0.0
        known = self._known
        return FAIL_CLOSED_AFTER if known is None else at - known.read_at

    @property
    def size(self) -> int:
        """How many ended sessions it holds; more than MOST if they are too many to hold."""
        known = self._known
        if known is None:
            return 0
        return revocations.MOST + 1 if known.too_many else len(known)

    def _fresh(self, arrived: float, lag: float) -> Revocations | None:
        if self._met is not self._required:  # asked first: what meets it is known before
            return None
        known = self._known
        return known if known is not None and _within(lag, known.read_at, arrived) else None

    def _renew(self, arrived: float, lag: float) -> None:
        waited = 0.0 if self._reading_since is None else arrived - self._reading_since
        if not self._lock.acquire(timeout=max(0.0, PATIENCE - waited)):
            return
        try:
            failed_lately = _within(lag, self._failed_at, arrived)
            if not failed_lately and self._fresh(arrived, lag) is None:
                self._ask()
        finally:
            self._lock.release()

    def _ask(self) -> None:
        self._reading_since, required = monotonic(), self._required
        try:
            self._known = self._read(self._known)
        except ServiceUnavailable:
            self._failed_at = monotonic()
        else:
            self._failed_at, self._met = float("-inf"), required
        finally:
            self._reading_since = None


def _within(seconds: float, then: float, now: float) -> bool:
    """Whether ``then`` is less than ``seconds`` before ``now``, or a little after it (another
    thread). If a clock went back further, as in a test, the answer is no."""
    return -PATIENCE <= now - then < seconds


_feeds: dict[tuple[object, ...], Feed] = {}


def forget() -> None:
    """Forget everything, as a new process does."""
    _feeds.clear()


# A child of a fork (a worker of a server that loads the application first) may have copied a lock
# that a thread of its parent held, and nobody would release it.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)
