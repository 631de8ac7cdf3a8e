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
    """Tell what was measured; then name what this run left out, and how to get it."""
    sections = {
        "measured": _measured(terminalreporter.stats),
        "left out of this run": _left_out(terminalreporter.stats, config.option),
    }
    for title, lines in sections.items():
        if lines:
            terminalreporter.section(title)
        for line in sorted(lines):
            terminalreporter.line(line)


def _measured(stats: Any) -> list[str]:
    """What tests have recorded as ``measured``, in this process or in one of xdist's."""
    return [
        value
        for report in stats.get("passed", [])
        for name, value in report.user_properties
        if name == "measured"
    ]


def _left_out(stats: Any, option: Any) -> list[str]:
    reasons: Counter[str] = Counter()
    for report in stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        reasons[str(reason).removeprefix("Skipped: ")] += 1
    lines = [f"{reason} ({count} left out)" for reason, count in reasons.items()]
    if "not browser" in option.markexpr:
        lines.append("what Chromium does. `make test` has it.")
    if "not projects" in option.markexpr and "once" not in option.markexpr:
        lines.append("the same under other projects' settings. `make matrix` has it.")
    if "not long" in option.markexpr and "once" not in option.markexpr:
        deselected = stats.get("deselected", [])
        later = sum(item.get_closest_marker("long") is not None for item in deselected)
        if getattr(option, "numprocesses", None):  # they choose for themselves, and do not count
            lines.append("what takes long. `make long` has it.")
        elif later:
            lines.append(f"what takes long. `make long` has it. ({later} left out)")
    return lines
