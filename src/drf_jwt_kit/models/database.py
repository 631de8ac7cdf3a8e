"""Which database holds the sessions? Where they are written: decisions never read a replica."""

from __future__ import annotations

from operator import itemgetter

from django.db import connections, router

from .session import Session

_WHERE = itemgetter("NAME", "HOST", "PORT")


def write_alias() -> str:
    """The database that sessions are written to."""
    return router.db_for_write(Session)


def identity() -> tuple[object, ...]:
    """What tells that database from others, with its schema if each tenant has one."""
    alias = write_alias()
    connection = connections[alias]
    return alias, _WHERE(connection.settings_dict), getattr(connection, "schema_name", None)


def in_transaction() -> bool:
    """Whether a transaction is open there."""
    return connections[write_alias()].in_atomic_block
