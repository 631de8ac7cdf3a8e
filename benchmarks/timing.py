"""How long does something take, and how sure is that? Reads clocks and nothing else."""

from __future__ import annotations

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

    name: str
    prepare: Callable[[], Any]
    work: Callable[[Any], Any]


@dataclass
class Series:
    """Seconds of one operation in one place, one entry a repetition."""

    whole: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.whole)

    @property
    def quartiles(self) -> tuple[float, float]:
        """A quarter of the repetitions is below the first, a quarter above the second."""
        first, _, third = statistics.quantiles(self.whole, n=4)
        return first, third

    @property
    def median_in_database(self) -> float:
        """The part of the statements, between this process and the server."""
        return statistics.median(self.database)

    def time(
        self,
        operation: Operation,
        connection: Any,
        *,
        clock: Callable[[], float] = time.perf_counter,
        times: int = 1,
    ) -> None:
        """Do ``operation`` so many times, and note the mean as one repetition."""
        made = [operation.prepare() for _ in range(times)]
        with statements_of(connection, clock) as spent:
            started = clock()
            for one in made:
                operation.work(one)
            self.whole.append((clock() - started) / times)
        self.database.append(sum(spent) / times)

    def as_data(self) -> dict[str, Any]:
        """Microseconds, for a file."""
        first, third = self.quartiles
        return {
            "repetitions": len(self.whole),
            "median_us": round(self.median * 1e6, 1),
            "quartiles_us": [round(first * 1e6, 1), round(third * 1e6, 1)],
            "database_us": round(self.median_in_database * 1e6, 1),
        }


@contextmanager
def statements_of(connection: Any, clock: Callable[[], float]) -> Iterator[list[float]]:
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
