"""How does a process keep knowing what was revoked? One memory a database, renewed when asked.

A request that arrives ``REVOCATION_LAG`` or more after a revocation was committed is refused,
in every process. While the database does not answer, what is known serves for ten seconds.
No thread of its own: the request that finds the memory too old reads, and others wait for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from time import monotonic

from django.db import connections, transaction

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import ServiceUnavailable

from . import revocations, rows
from .revocations import Revocations

FAIL_CLOSED_AFTER = 10
"""Seconds without a good read, after which nobody is let in."""

PATIENCE = 2
"""Seconds for which others wait for one that reads. Longer than that it counts as failing."""


def recent_revocations() -> Revocations:
    """What was revoked lately, not older than ``REVOCATION_LAG``. Mostly no query, at times a few.

    Raises ServiceUnavailable where the database has not answered for ten seconds.
    """
    key = _key()
    feed = _feeds.get(key) or _feeds.setdefault(key, Feed(revocations.read))
    return feed.recent(get_settings().REVOCATION_LAG.total_seconds())


def expire_after_commit() -> None:
    """Make this process read again before it answers, once the open transaction has committed."""

    def expire() -> None:
        feed = _feeds.get(_key())
        if feed is not None:
            feed.expire()

    transaction.on_commit(expire, using=rows.write_alias(), robust=True)


class Feed:
    """What one process knows of one database, and when it must ask again."""

    def __init__(self, read: Callable[[Revocations | None], Revocations]) -> None:
        self._read = read
        self._lock = Lock()
        self._known: Revocations | None = None
        self._reading_since: float | None = None
        self._failed_at = float("-inf")
        self._demanded = self._met = object()

    def recent(self, lag: float) -> Revocations:
        """What is revoked, at most ``lag`` seconds old when this was called.

        Raises ServiceUnavailable after ten seconds without a good read.
        """
        arrived = monotonic()
        if not self._is_fresh(arrived, lag):
            self._renew(arrived, lag)
        known = self._known
        if known is None or not _within(FAIL_CLOSED_AFTER, known.read_at, monotonic()):
            raise ServiceUnavailable
        return known

    def expire(self) -> None:
        """What is known is too old, whatever the clock says: this process has revoked."""
        self._demanded = object()

    def _is_fresh(self, arrived: float, lag: float) -> bool:
        known, is_met = self._known, self._met is self._demanded
        return known is not None and is_met and _within(lag, known.read_at, arrived)

    def _renew(self, arrived: float, lag: float) -> None:
        waited = 0.0 if self._reading_since is None else arrived - self._reading_since
        if not self._lock.acquire(timeout=max(0.0, PATIENCE - waited)):
            return
        try:
            failed_lately = _within(lag, self._failed_at, arrived)
            if not failed_lately and not self._is_fresh(arrived, lag):
                self._ask()
        finally:
            self._lock.release()

    def _ask(self) -> None:
        self._reading_since, demanded = monotonic(), self._demanded
        try:
            self._known = self._read(self._known)
        except ServiceUnavailable:
            self._failed_at = monotonic()
        else:
            self._failed_at, self._met = float("-inf"), demanded
        finally:
            self._reading_since = None


def _within(seconds: float, then: float, now: float) -> bool:
    """Whether ``then`` is less than ``seconds`` before ``now``, or after it by another thread's
    doing. A clock that has gone back further, as a test's may, is not believed."""
    return -PATIENCE <= now - then < seconds


_feeds: dict[tuple[object, ...], Feed] = {}


def forget() -> None:
    """Start anew, as a new process does."""
    _feeds.clear()


# A child of a fork (a worker of a server that loads the application first) may have got a lock
# that a thread held which is not in it.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)


def _key() -> tuple[object, ...]:
    """The database that sessions are written to, and its schema where it has one a tenant."""
    alias = rows.write_alias()
    connection = connections[alias]
    return alias, connection.settings_dict["NAME"], getattr(connection, "schema_name", None)
