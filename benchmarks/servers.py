"""PostgreSQL for benchmarks: that of the tests, but what it confirms is on the disk."""

from __future__ import annotations

from tests.servers.postgresql import PostgreSQL


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
