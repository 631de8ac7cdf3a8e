"""How long does something take, and how sure is that? Reads clocks and nothing else."""

from __future__ import annotations

import gc
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Operation:
    """``work`` is timed, with what ``prepare`` has made for it."""

    prepare: Callable[[], Any]
    work: Callable[[Any], Any]
    name: str = ""


def seconds_of(
    operation: Operation,
    *,
    times: int = 1,
    before: int = 0,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """The mean of doing ``operation`` so many times, what it needs having been made before.

    ``before`` is how often it is done before the clock starts, so that what is due once a second
    counts for nobody. The garbage collector waits: which operation it interrupts is chance.
    """
    made = [operation.prepare() for _ in range(times)]
    for _ in range(before):
        operation.work(operation.prepare())
    gc.disable()
    try:
        started = clock()
        for one in made:
            operation.work(one)
        return (clock() - started) / times
    finally:
        gc.enable()


@dataclass
class Series:
    """Seconds of one operation in one place, one entry a repetition."""

    whole: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    """The part of the statements, between this process and the server, in repetitions of their
    own: what measures them is work too."""

    @property
    def median(self) -> float:
        return statistics.median(self.whole)

    @property
    def quartiles(self) -> tuple[float, float]:
        """A quarter of the repetitions is below the first, a quarter above the second."""
        return quartiles_of(self.whole)

    @property
    def median_in_database(self) -> float:
        return statistics.median(self.database)

    def as_data(self) -> dict[str, Any]:
        """Microseconds, for a file."""
        data = {
            "repetitions": len(self.whole),
            "median_us": round(self.median * 1e6, 1),
            "quartiles_us": [round(quartile * 1e6, 1) for quartile in self.quartiles],
        }
        if self.database:
            data["database_us"] = round(self.median_in_database * 1e6, 1)
        return data


def quartiles_of(values: list[float]) -> tuple[float, float]:
    """Where a quarter ends and where the last one begins; of one value, that value."""
    if len(values) == 1:
        return values[0], values[0]
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


def seconds_in_database(
    operation: Operation, connection: Any, *, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The part of the statements in doing ``operation`` once."""
    made = operation.prepare()
    with _statements_of(connection, clock) as spent:
        operation.work(made)
    return sum(spent)


@contextmanager
def _statements_of(connection: Any, clock: Callable[[], float]) -> Iterator[list[float]]:
    """The seconds that each statement of a block takes."""
    spent: list[float] = []

    def timed(execute: Any, *arguments: Any) -> Any:
        started = clock()
        try:
            return execute(*arguments)
        finally:
            spent.append(clock() - started)

    with connection.execute_wrapper(timed):
        yield spent
