"""How far away are the databases, do their clocks agree with ours, and who else sees the cache?

Writes nothing into a database, and one key into the cache, which it takes out again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.db import connections, router

from drf_jwt_kit.conf.caches import cache_of_one_process
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.faults import kind_of

from .findings import Finding, Verdict, says_more

_ASKED = 5
_MAY_DIFFER = 2.0
"""Seconds between our clock and a database's. Sessions go by ours: two servers of one project that
differ by more than the leeway take an honest refresh for a theft."""
_SECONDS_SINCE_1970 = {
    "postgresql": "SELECT EXTRACT(EPOCH FROM CLOCK_TIMESTAMP())",
    "mysql": "SELECT UNIX_TIMESTAMP(SYSDATE(6))",
    "sqlite": "SELECT (JULIANDAY('now') - 2440587.5) * 86400.0",
}


def aliases() -> dict[str, str]:
    """The databases that are asked, each with what is written to it."""
    written: dict[str, list[str]] = {}
    for what, model in (("sessions", Session), ("users", get_user_model())):
        written.setdefault(router.db_for_write(model), []).append(what)
    return {alias: " and ".join(what) for alias, what in written.items()}


def of_databases() -> Iterator[Finding]:
    """The latency of each, and how far its clock is from ours."""
    for alias, holds in aliases().items():
        try:
            yield from _of_database(alias, holds)
        except Exception as error:  # noqa: BLE001  # a driver that is missing, a server that is away
            says = f"{alias!r} ({holds}) does not answer: {kind_of(error)}"
            yield _database(Verdict.UNKNOWN, says, says_more(alias))


def _of_database(alias: str, holds: str) -> Iterator[Finding]:
    connection = connections[alias]
    latency = median(_timed(connection, "SELECT 1")[0] for _ in range(_ASKED)) * 1000
    schema = getattr(connection, "schema_name", None)
    place = f"{connection.vendor}, schema {schema}" if schema else connection.vendor
    says = f"{alias!r} ({place}) has the {holds}. It answers within {latency:.1f} ms (median)."
    yield _database(Verdict.FINE, says)
    asked = _SECONDS_SINCE_1970.get(connection.vendor)
    if asked is None:
        yield _database(Verdict.FINE, f"{alias!r}: nobody has asked its clock.")
        return
    taken, theirs = _timed(connection, asked)
    apart = float(theirs) - (time.time() - taken / 2)
    yield _of_clock(alias, apart)


def _of_clock(alias: str, apart: float) -> Finding:
    if abs(apart) <= _MAY_DIFFER:
        return _database(Verdict.FINE, f"{alias!r}: its clock is within {_MAY_DIFFER:g} s of ours.")
    way = "ahead of" if apart > 0 else "behind"
    return _database(
        Verdict.UNWISE,
        f"The clock of {alias!r} is {abs(apart):.0f} s {way} ours: one of the two is off.",
        "Keep the clocks of all machines together (NTP).",
    )


def _timed(connection: Any, statement: str) -> tuple[float, Any]:
    """The seconds that a statement took, and the one value that it answered."""
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(statement)
        (value,) = cursor.fetchone()
        return time.perf_counter() - began, value


def of_cache() -> Iterator[Finding]:
    """Whether the default cache keeps what it is given, and who else may see that."""
    try:
        cache: Any = caches["default"]
        name, value = f"drf_jwt_kit_doctor_{secrets.token_hex(8)}", secrets.token_hex(8)
        cache.set(name, value, timeout=10)
        kept = cache.get(name) == value
        cache.delete(name)
    except Exception as error:  # noqa: BLE001  # any backend may raise its own
        text = f"The default cache does not answer: {type(error).__name__}."
        yield Finding(area="cache", verdict=Verdict.UNKNOWN, text=text)
        return
    kind = type(cache).__name__
    if cache_of_one_process():
        shared = "each process has one of its own: throttles count in each apart"
    else:
        shared = "processes with these settings share it. One process alone cannot try that"
    if kept:
        text = f"The default cache ({kind}) keeps what it is given; {shared}."
        yield Finding(area="cache", verdict=Verdict.FINE, text=text)
    else:
        yield Finding(
            area="cache",
            verdict=Verdict.UNWISE,
            text=f"The default cache ({kind}) keeps nothing, so THROTTLE_RATES counts nothing.",
            hint="Name a cache in CACHES that keeps what it is given.",
        )


def _database(verdict: Verdict, text: str, hint: str = "") -> Finding:
    return Finding(area="database", verdict=verdict, text=text, hint=hint)
