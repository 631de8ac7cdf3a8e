"""Real databases and served projects, as fixtures; and the last lines, which say what was left out.

A test module that asks for ``database`` runs once on each engine, in an empty database of its
own. ``serve`` serves the suite's project from it.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from .database import ENGINES, Database
from .fleet import Fleet, NotWantedError
from .process import LeftOutError
from .site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .process import Server
    from .redis import Redis


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    """The servers of this run."""
    fleet = Fleet()
    yield fleet
    fleet.discard()


@pytest.fixture(scope="module")
def empty_database(
    fleet: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Database]]:
    """``empty_database("mariadb")``: an empty database on the server that tests share.

    With ``private=True`` it is on a server of its own, which the test may stop and restart.
    """
    made: list[Database] = []

    def make(engine: str, *, private: bool = False) -> Database:
        if engine == "sqlite":
            database = Database.file(tmp_path_factory.mktemp("database"))
        else:
            server = _server(fleet.private if private else fleet.shared, engine)
            database = Database.on(engine, server)
        if not private:
            made.append(database)
        return database

    yield make
    for database in made:
        database.drop()


@pytest.fixture(scope="module", params=ENGINES)
def database(request: Any, empty_database: Callable[..., Database]) -> Database:
    """An empty database for this module, on each engine in turn."""
    return empty_database(request.param)


@pytest.fixture(scope="module")
def redis(fleet: Fleet) -> Redis:
    """The Redis server that tests share."""
    return _server(fleet.shared, "redis")


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """``serve(database, workers=4, ATOMIC_REQUESTS=True)``: a site, stopped after the module.

    ``database`` is a Database or an entry of DATABASES. ``ATOMIC_REQUESTS`` and
    ``CONN_MAX_AGE`` go into that entry, DRF_JWT_KIT adds to what the served project sets, any
    other name is a setting; values must survive ``repr`` (``timedelta`` does).
    """
    sites: list[Site] = []

    def start(
        database: Database | dict[str, Any], *, workers: int = 4, threads: int = 4, **settings: Any
    ) -> Site:
        entry = database.settings if isinstance(database, Database) else database
        of_database = {"ATOMIC_REQUESTS", "CONN_MAX_AGE"} & settings.keys()
        entry = {**entry, **{name: settings.pop(name) for name in of_database}}
        claims = {"CLAIMS_SERIALIZER": "tests.servers.served.claims.UnhurriedClaims"}
        kit = {**claims, **settings.pop("DRF_JWT_KIT", {})}
        settings = {"DATABASES": {"default": entry}, "DRF_JWT_KIT": kit, **settings}
        folder = tmp_path_factory.mktemp("site")
        site = Site(folder, workers=workers, threads=threads, settings=settings)
        sites.append(site)
        return site

    yield start
    for site in sites:
        site.ask_to_stop()
    for site in sites:
        site.stop()


def _server(get: Callable[[str], Server], kind: str) -> Any:
    try:
        return get(kind)
    except NotWantedError as left_out:
        pytest.skip(str(left_out))
    except LeftOutError as left_out:
        if os.environ.get("CI") == "true":
            pytest.fail(f"In CI nothing is left out. {left_out}")
        pytest.skip(str(left_out))


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
    lines = [f"{count} tests: {reason}" for reason, count in left_out.items() if count]
    if lines:
        terminalreporter.section("left out of this run")
        for line in sorted(lines):
            terminalreporter.line(line)
