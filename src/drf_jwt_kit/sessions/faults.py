"""What does a request get when the database cannot answer? 503 and a log line, never 500."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, OperationalError

from drf_jwt_kit.exceptions import ServiceUnavailable

from .events import log

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNDEFINED = {"42P01", "42703"}  # PostgreSQL's SQLSTATE for a table, a column
_NO_SUCH = {1146, 1054}  # the same in MySQL and MariaDB


@contextmanager
def database_faults_answered() -> Iterator[None]:
    """Raise ServiceUnavailable for a database that is away, locked, or not migrated."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        unavailable = as_unavailable(error)
        if unavailable is None:
            raise
        raise unavailable from error


def as_unavailable(error: Exception) -> ServiceUnavailable | None:
    """ServiceUnavailable where ``error`` says so, after a log line with the cure; else None."""
    if not isinstance(error, (DatabaseError, InterfaceError)):
        return None
    text = (str(error).splitlines() or [""])[0]
    if _says_not_migrated(error):
        cure = "run `python manage.py migrate`"
        log("not_migrated", level=logging.ERROR, cure=cure, error=text)
        return ServiceUnavailable()
    if isinstance(error, (OperationalError, InterfaceError)):
        log("database_unavailable", level=logging.ERROR, error=text)
        return ServiceUnavailable()
    return None


def _says_not_migrated(error: Exception) -> bool:
    cause = error.__cause__
    return (
        getattr(cause, "sqlstate", getattr(cause, "pgcode", None)) in _UNDEFINED
        or (bool(error.args) and error.args[0] in _NO_SUCH)
        or str(error).startswith(("no such table", "no such column"))  # SQLite has no codes
    )
