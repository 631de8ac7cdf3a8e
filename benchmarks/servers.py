"""Databases for benchmarks: those of the tests, but what PostgreSQL confirms is on the disk."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.database import Database
from tests.servers.postgresql import PostgreSQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class DurablePostgreSQL(PostgreSQL):
    """The server of the tests, with writes that outlive the machine, and memory of its own."""

    memory: tuple[str, ...] = ()
    """Further settings, as ``name=value``."""

    def command(self) -> list[str]:
        options = ("fsync=on", *self.memory)
        return [*super().command(), *(part for option in options for part in ("-c", option))]


class LargePostgreSQL(DurablePostgreSQL):
    """The same, as one is set up for millions of rows."""

    memory = ("shared_buffers=3GB", "max_wal_size=8GB")


@contextmanager
def empty_databases(engine: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """What makes an empty database each time: an entry of DATABASES. Raises LeftOutError."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="drf-jwt-kit-") as folder:
            yield lambda: _kept(Database.file(Path(folder)))
        return
    server, made = DurablePostgreSQL.found(), []

    def empty() -> dict[str, Any]:
        made.append(Database.on(engine, server))
        return _kept(made[-1])

    try:
        yield empty
    finally:
        for database in made:
            database.drop()
        server.discard()


def _kept(database: Database) -> dict[str, Any]:
    """With connections that are kept, as in production."""
    return {**database.settings, "CONN_MAX_AGE": None}
