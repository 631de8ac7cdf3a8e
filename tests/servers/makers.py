"""What makes databases and sites for a fixture, of whatever scope, and takes them away after it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.leaks import WATCH

from .database import Database
from .fleet import NotWantedError
from .process import LeftOutError
from .served import KIT
from .site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .fleet import Fleet
    from .process import Server


def empty_databases(
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
            server = to_be_had(fleet.private if private else fleet.shared, engine)
            database = Database.on(engine, server)
        if not private:
            made.append(database)
        return database

    yield make
    for database in made:
        database.drop()


def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """``serve(database, workers=4, ATOMIC_REQUESTS=True)``: a site, stopped after the module.

    ``database`` is a Database or an entry of DATABASES. ``ATOMIC_REQUESTS`` and
    ``CONN_MAX_AGE`` go into that entry, DRF_JWT_KIT adds to what the served project sets, any
    other name is a setting; values must survive ``repr`` (``timedelta`` does).
    """
    started: list[Site] = []

    def start(
        database: Database | dict[str, Any], *, workers: int = 4, threads: int = 4, **settings: Any
    ) -> Site:
        entry = database.settings if isinstance(database, Database) else database
        of_database = {"ATOMIC_REQUESTS", "CONN_MAX_AGE"} & settings.keys()
        entry = {**entry, **{name: settings.pop(name) for name in of_database}}
        kit = {**KIT, **settings.pop("DRF_JWT_KIT", {})}
        settings = {"DATABASES": {"default": entry}, "DRF_JWT_KIT": kit, **settings}
        folder = tmp_path_factory.mktemp("site")
        site = Site(folder, workers=workers, threads=threads, settings=settings)
        started.append(site)
        return site

    yield start
    for site in started:
        site.discard()
        WATCH.add_file(site.log)
    leaks = WATCH.leaks()
    assert leaks == [], "\n".join(map(str, leaks))


def to_be_had(get: Callable[[str], Server], kind: str) -> Any:
    """The server that ``get`` finds; without it the test is left out, and in CI it fails."""
    try:
        return get(kind)
    except NotWantedError as left_out:
        pytest.skip(str(left_out))
    except LeftOutError as left_out:
        if os.environ.get("CI") == "true":
            pytest.fail(f"In CI nothing is left out. {left_out}")
        pytest.skip(str(left_out))
