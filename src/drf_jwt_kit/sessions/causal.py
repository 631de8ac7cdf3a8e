"""Has this node of a cluster heard of what was committed at another? Waits until it has.

Galera's nodes answer before they have applied what others have committed, unless wsrep_sync_wait
says otherwise. Asked only where a decision rests on an absence: no such session, a token ahead of
its row, an end that found nothing to end. Other databases have one writer, which has heard of all.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import closing
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Warning
from django.db import connections, router

from drf_jwt_kit.conf.documentation import page
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.models import Session

READS, UPDATES = 1, 2
"""Bits of wsrep_sync_wait: which statements wait until the node has caught up."""

NODE_MAY_LAG = partial(Warning, id="drf_jwt_kit.W060")

_NO_CLUSTER = -1
"""All bits: there is nobody whom a statement would have to wait for."""
_ASKED_EVERY = 60.0
"""Seconds for which a process remembers whether a server is in a cluster."""
_PATIENCE = 2.0
"""Seconds for which a request waits while another one of its process waits for the cluster."""

_known: dict[tuple[object, ...], tuple[int, float]] = {}
_waiting: dict[int, Lock] = {}
"""By process: in a child of a fork nobody would release a lock that a thread of its parent held."""


def catch_up(statements: int = READS) -> bool:
    """Wait until the node has applied what the cluster has committed; then True: ask again.

    False without waiting if nothing can be missing: there is no cluster, or all ``statements``
    wait by themselves. No query unless the database is MariaDB or MySQL, and there at most one a
    minute outside of a cluster. Raises ServiceUnavailable if others of this process wait for too
    long, and OperationalError if the node does not catch up within repl.causal_read_timeout.
    """
    connection = _connection()
    waits_for = _waits_for(connection)
    if waits_for & statements == statements:
        return False
    # One at a time: at a node that lags, tokens with invented sessions would take all threads.
    lock = _waiting.setdefault(os.getpid(), Lock())
    if not lock.acquire(timeout=_PATIENCE):
        raise ServiceUnavailable
    try:
        _wait(connection, waits_for)
    finally:
        lock.release()
    return True


def check(databases: Collection[str]) -> Iterator[CheckMessage]:
    """The messages about those of ``databases`` that sessions or users are written to."""
    written = {router.db_for_write(model) for model in (Session, get_user_model())}
    for alias in sorted(written.intersection(databases)):
        waits_for = _asked(connections[alias])
        if waits_for & READS and waits_for & UPDATES:
            continue
        follows = "a session that was ended there goes on here for a while"
        if waits_for & READS:
            follows = "an end that finds no session here has to wait for the cluster and try again"
        yield NODE_MAY_LAG(
            f"The database {alias!r} is a node of a Galera cluster, and wsrep_sync_wait is "
            f"{waits_for}. It does not wait for what other nodes have committed: {follows}.",
            hint='Add "init_command": "SET SESSION wsrep_sync_wait = 3" to the OPTIONS of '
            f"DATABASES[{alias!r}]. {page('docs/how-to/databases.md')} says what that costs.",
        )


def _connection() -> Any:
    """The connection to the database that sessions are written to."""
    return connections[router.db_for_write(Session)]


def _wait(connection: Any, waits_for: int) -> None:
    if connection.in_atomic_block or not connection.get_autocommit():
        # No statement of an open transaction waits but its first. The node is the same.
        with closing(connection.copy()) as apart:
            _wait(apart, waits_for)
        return
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION wsrep_sync_wait = %s", [waits_for | READS])
        try:
            cursor.execute("SELECT 1")
        finally:
            cursor.execute("SET SESSION wsrep_sync_wait = %s", [waits_for])


def _waits_for(connection: Any) -> int:
    """The bits of wsrep_sync_wait, as this process has read them at most a minute ago."""
    if connection.vendor != "mysql":
        return _NO_CLUSTER
    where = connection.settings_dict
    key = (connection.alias, where["HOST"], where["PORT"])
    bits, until = _known.get(key, (_NO_CLUSTER, 0.0))
    if monotonic() >= until:
        bits = _asked(connection)
        _known[key] = bits, monotonic() + _ASKED_EVERY
    return bits


def _asked(connection: Any) -> int:
    if connection.vendor != "mysql":
        return _NO_CLUSTER
    with connection.cursor() as cursor:
        # MySQL has no such variables, and then answers no rows instead of an error.
        cursor.execute("SHOW SESSION VARIABLES LIKE 'wsrep\\_%'")
        variables = dict(cursor.fetchall())
    is_on = variables.get("wsrep_on") == "ON"
    return int(variables["wsrep_sync_wait"]) if is_on else _NO_CLUSTER
