"""Do five million sessions cost more than a thousand? `make bench-scale`.

Fills one PostgreSQL database for each size and does the same in all of them, turn by turn, so
that what disturbs the machine disturbs them alike.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings

from .databases import chosen
from .growth import lines, over
from .servers import LargePostgreSQL
from .timing import Series, seconds_in_database, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .timing import Operation

SIZES = (1_000, 100_000, 5_000_000)
_WARM_UP = 5
_JUST_ENDED = 10_000
_ENDED_OF_ONE_USER, _BUSY_USER = 1_000, 1
_BATCHES = 15  # a flush of the smallest table has no more


def main() -> int:
    options = _options()
    server = LargePostgreSQL.found()
    try:
        for size in options.sizes:
            _add_database(server, size)
        django.setup()
        for size in options.sizes:
            _fill(size)
        series = dict(_measure(options.sizes, options.repetitions))
        plans = _plans(options.sizes[-1]) if options.plans else []
    finally:
        _remove(server, options.sizes)
    print(*lines(options.sizes, series), sep="\n")
    if options.json:
        data = {f"{name} @ {size}": one.as_data() for (name, size), one in series.items()}
        Path(options.json).write_text(json.dumps(data, indent=2))
    if options.plans:
        Path(options.plans).write_text("\n".join(plans))
    return int(bool(over(options.sizes, series)) and not options.lenient)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="SESSIONS")
    parser.add_argument("--repetitions", type=int, default=300)
    parser.add_argument("--lenient", action="store_true", help="exit status 0 over budget, too")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--plans", metavar="FILE", help="explain every statement at the last size")
    return parser.parse_args()


def _name(size: int) -> str:
    return f"drf_jwt_kit_{size}"


def _add_database(server: LargePostgreSQL, size: int) -> None:
    server.create(_name(size))
    settings.DATABASES[str(size)] = server.settings(_name(size))
    settings.DATABASES.setdefault("default", settings.DATABASES[str(size)])


def _remove(server: LargePostgreSQL, sizes: tuple[int, ...]) -> None:
    if server.ours:
        server.discard()
        return
    for size in sizes:
        server.drop(_name(size))


def _fill(size: int) -> None:
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command
    from django.db import connections

    from . import fill

    started = time.perf_counter()
    with chosen(str(size)):
        call_command("migrate", database=str(size), verbosity=0)
        fill.fill(connections[str(size)], size, password=make_password(fill.PASSWORD))
        fill.tidy(connections[str(size)])
    print(f"{size:>9,} sessions filled in {time.perf_counter() - started:.0f} s", flush=True)


def _measure(sizes: tuple[int, ...], repetitions: int) -> Iterator[tuple[tuple[str, int], Series]]:
    """Name and size, and how long that took."""
    from . import operations

    yield from _in_turns(
        {
            size: _on(size, lambda size=size: operations.of_clients(size, repetitions))
            for size in sizes
        },
        repetitions,
        warm_up=_WARM_UP,
    )
    yield from _in_turns(
        {size: _on(size, operations.of_flush) for size in sizes}, _BATCHES, warm_up=1
    )
    yield from _in_turns(
        {size: _on(size, lambda size=size: _with_revocations(size)) for size in sizes},
        repetitions,
        warm_up=_WARM_UP,
    )


def _with_revocations(size: int) -> list[Operation]:
    """The operations that depend on what was ended, in which all sizes are alike."""
    from django.db import connections

    from . import fill, operations

    connection = connections[str(size)]
    fill.add_ended_of(connection, _BUSY_USER, _ENDED_OF_ONE_USER)
    fill.add_just_ended(connection, _JUST_ENDED, users=size // fill.SESSIONS_PER_USER)
    fill.tidy(connection)
    return operations.of_revocations(_BUSY_USER)


def _on(size: int, make: Callable[[], list[Operation]]) -> list[Operation]:
    with chosen(str(size)):
        return make()


def _in_turns(
    todo: dict[int, list[Operation]], repetitions: int, *, warm_up: int
) -> Iterator[tuple[tuple[str, int], Series]]:
    """Each operation once at each size, in a new order each time; then all over again.

    Every other time its statements are timed, and not the whole.
    """
    series = {(one.name, size): Series() for size, several in todo.items() for one in several}
    for repetition in range(-warm_up, repetitions):
        for alike in zip(*todo.values(), strict=True):
            turns = list(zip(todo, alike, strict=True))
            for size, operation in random.sample(turns, len(turns)):
                into = series[operation.name, size] if repetition >= 0 else Series()
                with chosen(str(size)):
                    _time(operation, into, size, statements=repetition % 2 == 1)
    yield from series.items()


def _time(operation: Operation, into: Series, size: int, *, statements: bool) -> None:
    from django.db import connections

    if statements:
        into.database.append(seconds_in_database(operation, connections[str(size)]))
    else:
        into.whole.append(seconds_of(operation, clock=time.perf_counter))


def _plans(size: int) -> list[str]:
    from django.db import connections

    from . import operations
    from .plans import plans_of

    explained = []
    with chosen(str(size)):
        todo = [
            *operations.of_clients(size, repetitions=5),
            *operations.of_flush(),
            *operations.of_revocations(_BUSY_USER),
        ]
        for operation in todo:
            made = operation.prepare()
            with plans_of(connections[str(size)]) as plans:
                operation.work(made)
            explained += [f"== {operation.name}", *plans]
    return explained


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    sys.exit(main())
