"""Real databases and served projects, as fixtures; and the last lines, which say what was left out.

A test module that asks for ``database`` runs once on each engine, in an empty database of its
own. ``serve`` serves the suite's project from it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from .database import ENGINES
from .fleet import Fleet
from .makers import empty_databases, sites, to_be_had

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .database import Database
    from .redis import Redis


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    """The servers of this run."""
    fleet = Fleet()
    yield fleet
    fleet.discard()


empty_database = pytest.fixture(scope="module", name="empty_database")(empty_databases)


@pytest.fixture(scope="module", params=ENGINES)
def database(request: Any, empty_database: Callable[..., Database]) -> Database:
    """An empty database for this module, on each engine in turn."""
    return empty_database(request.param)


@pytest.fixture(scope="module")
def redis(fleet: Fleet) -> Redis:
    """The Redis server that tests share."""
    return to_be_had(fleet.shared, "redis")


serve = pytest.fixture(scope="module", name="serve")(sites)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name what this run left out, and how to get it."""
    left_out: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        left_out[str(reason).removeprefix("Skipped: ")] += 1
    if config.option.markexpr == "not long":
        later = [
            item
            for item in terminalreporter.stats.get("deselected", [])
            if item.get_closest_marker("long") is not None
        ]
        left_out["what takes long. `make long` has it."] += len(later)
    lines = [f"{reason} ({count} left out)" for reason, count in left_out.items() if count]
    if lines:
        terminalreporter.section("left out of this run")
        for line in sorted(lines):
            terminalreporter.line(line)
