"""What do 30,000 dead rows of a user cost it? ``python -m benchmarks.dead_rows``.

Asks the same of a user without any and of one who has them, turn by turn, on each database. What
was read is counted; it is the same each time. Seconds are the processor's in this process (SQLite
is in it, servers are not), and in brackets its part between a statement and its answer.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

import tests.servers.served.settings  # noqa: F401  # brings a driver for MariaDB
from tests.servers.database import ENGINES, Database
from tests.servers.fleet import Fleet
from tests.servers.reads import reads_of
from tests.sessions.dead_rows import DEATHS

from .databases import chosen
from .timing import Operation, Series, seconds_in_database, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    options = _options()
    fleet = Fleet()
    with tempfile.TemporaryDirectory(prefix="drf-jwt-kit-") as folder:
        try:
            for engine in options.engines:
                settings.DATABASES[engine] = _database(engine, fleet, Path(folder)).settings
            settings.DATABASES["default"] = settings.DATABASES[options.engines[0]]
            settings.DRF_JWT_KIT["MAX_SESSIONS_PER_USER"] = 10
            settings.ROOT_URLCONF = "tests.admin.urls"
            django.setup()
            for engine in options.engines:
                with chosen(engine):
                    _report(engine, _measured(engine, options))
        finally:
            fleet.discard()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES)
    parser.add_argument("--dead", type=int, default=30_000, metavar="ROWS")
    parser.add_argument("--crowd", type=int, default=20_000, metavar="USERS", help="with live rows")
    parser.add_argument("--deaths", nargs="+", default=DEATHS[1:], choices=DEATHS[1:])
    parser.add_argument("--repetitions", type=int, default=30)
    return parser.parse_args()


def _database(engine: str, fleet: Fleet, folder: Path) -> Database:
    return (
        Database.file(folder) if engine == "sqlite" else Database.on(engine, fleet.shared(engine))
    )


def _measured(
    engine: str, options: argparse.Namespace
) -> Iterator[tuple[str, dict[str, tuple[Series, float]]]]:
    """Each request, and by the death of the rows how long it took and what was read for it."""
    from django.core.management import call_command
    from django.db import connections

    from tests.sessions.dead_rows import fill, requests_of

    connection = connections[engine]
    call_command("migrate", database=engine, verbosity=0)
    users = fill(options.dead, crowd=options.crowd, of=["none", *options.deaths])
    for requests in zip(*map(requests_of, users.values()), strict=True):
        todo = dict(zip(users, requests, strict=True))
        counted = {death: _read_by(one, connection) for death, one in todo.items()}
        series = {death: Series() for death in todo}
        for repetition in range(2 * options.repetitions):
            for death in random.sample(list(todo), len(todo)):
                one, into = todo[death], series[death]
                operation = Operation(one.prepare, one.ask, one.name)
                if repetition % 2:
                    into.whole.append(seconds_of(operation))
                else:
                    spent = seconds_in_database(operation, connection, clock=time.process_time)
                    into.database.append(spent)
        yield requests[0].name, {death: (series[death], counted[death]) for death in todo}


def _read_by(request: Any, connection: Any) -> int:
    """The second time: an end writes rows once that were over by their age."""
    request.ask(request.prepare())
    made, read = request.prepare(), reads_of(connection)
    before = read()
    request.ask(made)
    after = read()
    if connection.vendor == "sqlite":  # to count takes longer than what is counted
        connection.connection.set_progress_handler(None, 0)
    return after - before


def _report(engine: str, measured: Any) -> None:
    for name, by_death in measured:
        none, read = by_death["none"]
        print(f"{engine:11}{name:20}{none.median * 1e3:8.2f} ms, {read:>6,} read", flush=True)
        for death, (series, count) in by_death.items():
            if death != "none":
                ratios = f"{series.median / none.median:.2f}x"
                parts = f"{series.median_in_database / none.median_in_database:.2f}x"
                print(f"{'':11}  {death:18}{ratios:>8} ({parts}), {count:>6,} read")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    sys.exit(main())
