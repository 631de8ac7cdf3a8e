"""How much has a database read? Counts, which are the same each time; never seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_OF_POSTGRESQL = """
    SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)
           + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)
    FROM pg_stat_user_tables
"""


def reads_of(connection: Any) -> Callable[[], int]:
    """A function that answers how much ``connection`` has made its database read so far.

    PostgreSQL and MariaDB count rows and entries of indexes, and SQLite the instructions of its
    virtual machine.
    """
    connection.ensure_connection()
    return _COUNTS[connection.vendor](connection)


def _of_sqlite(connection: Any) -> Callable[[], int]:
    instructions = 0

    def one_more() -> int:
        nonlocal instructions
        instructions += 1
        return 0

    connection.connection.set_progress_handler(one_more, 1)
    return lambda: instructions


def _of_postgresql(connection: Any) -> Callable[[], int]:
    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(_OF_POSTGRESQL)
            return int(cursor.fetchone()[0])

    return read


def _of_mariadb(connection: Any) -> Callable[[], int]:
    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Handler\\_read%'")
            return sum(int(value) for _, value in cursor.fetchall())

    return read


_COUNTS = {"sqlite": _of_sqlite, "postgresql": _of_postgresql, "mysql": _of_mariadb}
