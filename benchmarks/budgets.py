"""What may it cost? The budgets of the package, as data, and whether a run has kept to them.

A budget is a ratio of medians within one run: ours beside somebody else's in the same process, on
the same database. What a run has not measured is told apart from what it has kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
GROWTH = 1.2
"""Five million sessions beside a thousand: `make bench-scale`."""
_SAME = 1.25
"""Two processes that do the same differ by less."""


@dataclass(frozen=True)
class Budget:
    """``side`` beside ``beside``, in the measure ``measure``, with HS256."""

    measure: str
    side: str
    beside: str
    sqlite: float
    postgresql: float
    queries: int | None = None
    """How many statements it may make; None where another budget says so."""
    commits: int | None = None
    """How often it may wait for the disk."""

    @property
    def name(self) -> str:
        return f"{self.measure}: {self.side}, beside {self.beside}"

    def ratio_on(self, database: str) -> float:
        return {"sqlite": self.sqlite, "postgresql": self.postgresql}[database]


BUDGETS = (
    Budget("authenticate", "strict", "simplejwt", 0.25, 0.40, queries=1),
    Budget("authenticate", "stateless", "simplejwt, stateless", 0.20, 0.22, queries=0),
    Budget("authenticate", "stateless, new token", "simplejwt, stateless", 1.5, 1.5, queries=0),
    Budget("request", "strict", "nobody", 1.75, 2.7, queries=1),
    Budget("request", "strict", "simplejwt", 0.55, 0.67),
    Budget("request", "stateless", "nobody", 1.15, 1.15, queries=0),
    Budget("refresh", "kit", "simplejwt with blacklist", 0.35, 0.32, queries=2, commits=1),
    Budget("obtain", "kit", "simplejwt with blacklist", 1.25, 1.25, queries=3, commits=1),
    Budget("obtain, Django's hasher", "kit", "simplejwt with blacklist", 1.05, 1.05),
)
ROWS = 1
"""Rows after a login and a hundred refreshes."""


@dataclass(frozen=True)
class Judgement:
    """One budget on one database: what was measured, and what it may be."""

    budget: str
    database: str
    limit: float
    found: float | None
    """None where this was not measured."""

    @property
    def is_over(self) -> bool:
        return self.found is not None and self.found > self.limit

    @property
    def word(self) -> str:
        if self.found is None:
            return "not measured"
        return "OVER" if self.is_over else "within"


def judged(runs: list[dict[str, Any]]) -> list[Judgement]:
    """Every budget on every database that ``runs`` have measured, in the order of the list."""
    return [
        judgement
        for run in runs
        if run["algorithm"] == "HS256"
        for judgement in (*_of_time(run), *_of_counts(run), *_of_algorithms(run, runs))
    ]


def _of_time(run: dict[str, Any]) -> Iterator[Judgement]:
    for budget in BUDGETS:
        sides = run["measures"].get(budget.measure, {})
        found = None
        if budget.side in sides and budget.beside in sides:
            found = _median(sides[budget.side]) / _median(sides[budget.beside])
        yield Judgement(budget.name, run["database"], budget.ratio_on(run["database"]), found)


def _of_counts(run: dict[str, Any]) -> Iterator[Judgement]:
    for budget in BUDGETS:
        measured = run["measures"].get(budget.measure, {}).get(budget.side, {})
        for what, limit in (("queries", budget.queries), ("commits", budget.commits)):
            if limit is not None:
                name = f"{budget.measure}: {budget.side}, {what}"
                yield Judgement(name, run["database"], limit, measured.get(what))
    rows = run.get("rows", {}).get("kit")
    yield Judgement("rows after a login and 100 refreshes", run["database"], ROWS, rows)


def _of_algorithms(run: dict[str, Any], runs: list[dict[str, Any]]) -> Iterator[Judgement]:
    """A token that was seen before costs the same, whatever has signed it.

    Each is another process: what is compared is the ratio to work that no algorithm changes.
    """
    for other in runs:
        if other["database"] == run["database"] and other is not run:
            found = _seen(other) / _seen(run)
            name = f"token seen before: {other['algorithm']}, beside HS256"
            yield Judgement(name, run["database"], _SAME, found)


def _seen(run: dict[str, Any]) -> float:
    sides = run["measures"]["authenticate"]
    return _median(sides["stateless"]) / _median(sides["floor: Django's HMAC"])


def _median(side: dict[str, Any]) -> float:
    return float(side["median_us"])
