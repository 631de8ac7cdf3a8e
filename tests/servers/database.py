"""An empty database, on whatever runs it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from .mariadb import MariaDB
    from .postgresql import PostgreSQL

ENGINES = ("sqlite", "postgresql", "mariadb")
LEVELS = {"read committed": 2, "repeatable read": 3, "serializable": 4}
"""Isolation levels, with psycopg's numbers."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database that one test module has to itself."""

    engine: str
    settings: dict[str, Any]
    """An entry of DATABASES."""
    server: PostgreSQL | MariaDB | None = None
    """What runs it; None for a file."""

    @classmethod
    def file(cls, folder: Path) -> Database:
        """An SQLite file in ``folder``."""
        path = folder / f"{uuid.uuid4().hex}.sqlite3"
        return cls(
            engine="sqlite",
            settings={"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)},
        )

    @classmethod
    def on(cls, engine: str, server: PostgreSQL | MariaDB) -> Database:
        """A new one on ``server``."""
        name = f"drf_jwt_kit_{uuid.uuid4().hex[:12]}"
        server.create(name)
        return cls(engine=engine, settings=server.settings(name), server=server)

    def at(self, level: str) -> dict[str, Any]:
        """``settings`` with every statement at this isolation level, in a transaction or not."""
        options = dict(self.settings.get("OPTIONS", {}))
        if self.engine == "postgresql":
            options["isolation_level"] = LEVELS[level]  # for transactions that Django begins
            value = level.replace(" ", "\\ ")
            options["options"] = f"-c default_transaction_isolation={value}"  # for all others
        elif self.engine == "mariadb":
            options["isolation_level"] = level
        return {**self.settings, "OPTIONS": options}

    def cut_connections(self) -> None:
        """End every connection to it, in the middle of what it does."""
        assert self.server is not None, "a file has no connections to cut"
        self.server.cut_connections(self.settings["NAME"])

    def drop(self) -> None:
        """Remove it from somebody else's server; a file or a server of ours goes as a whole."""
        if self.server is not None and not self.server.ours:
            self.server.drop(self.settings["NAME"])
