"""What does a request get when the database fails under it? Another attempt, else 503; never 500.

Retried: a serialization failure, a deadlock, a locked file, a connection that was cut. Not
retried: what fails inside of somebody's transaction, which only its owner can begin again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connections

from drf_jwt_kit.exceptions import ServiceUnavailable

from .events import log

_P = ParamSpec("_P")
_T = TypeVar("_T")

_ATTEMPTS = 3
_PATIENCE = 2.0
"""Seconds after which nothing is begun again: a client, and a worker, can wait only so long. A
conflict with another request is: it is decided at once, however long the claims took before it."""

# SQLSTATEs of PostgreSQL, and numbers of MariaDB and MySQL.
_NOT_MIGRATED = {"42P01", "42703", 1146, 1054}  # there is no such table, no such column
_CONFLICTS = {"40001", "40P01", 1020, 1213}  # a serialization failure, a deadlock
_UNWRITABLE = {"22P05", "22021", 1366, 1267}  # a character that the table cannot hold or compare
_READ_ONLY = {"25006"}  # the server was made a standby; psycopg calls it InternalError


class RowChanged(OperationalError):  # noqa: N818  # says what happened, as verdicts do
    """Another request has changed the row between our read and our conditional write."""

    def __init__(self) -> None:
        super().__init__("The session was changed between being read and being written.")


def persistently(work: Callable[[bool], _T]) -> _T:
    """What ``work(again)`` returns, out of at most three attempts; ``again`` from the second on.

    An attempt that failed may have been committed all the same, with only its answer lost:
    ``work`` must bear that. A connection that was cut is replaced before the next attempt.

    Raises ServiceUnavailable where the database cannot be asked, and other errors as they are.
    """
    deadline, failures = monotonic() + _PATIENCE, 0
    with database_faults_answered():
        while True:
            try:
                if failures:
                    _replace_cut_connections()
                return work(failures > 0)
            except (DatabaseError, InterfaceError) as error:
                failures += 1
                spent = monotonic() > deadline and not _is_conflict(error)
                if failures == _ATTEMPTS or spent or not _may_pass(error):
                    raise
                log("retried", error=_first_line(error))


def persistent(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """``function``, made ``persistently``: one that can be called twice like once."""

    @wraps(function)
    def persisting(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return persistently(lambda again: function(*args, **kwargs))

    return persisting


@contextmanager
def database_faults_answered() -> Iterator[None]:
    """Raise ServiceUnavailable for a database that is away, locked, or not migrated.

    For what must not be done twice.
    """
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
    if _says_not_migrated(error):
        cure = "run `python manage.py migrate`"
        log("not_migrated", level=logging.ERROR, cure=cure, error=_first_line(error))
    elif _is_fault(error):
        log("database_unavailable", level=logging.ERROR, error=_first_line(error))
    else:
        return None
    return ServiceUnavailable()


def is_unwritable(error: Exception) -> bool:
    """Whether ``error`` says that the database has no such character as it was sent.

    A table of another character set than Unicode, as old ones of MariaDB have, refuses most.
    """
    return isinstance(error, DatabaseError) and _code_of(error) in _UNWRITABLE


def _may_pass(error: Exception) -> bool:
    if isinstance(error, RowChanged):  # it spoils no transaction
        return True
    return _is_fault(error) and not _says_not_migrated(error) and not _in_transaction()


def _is_conflict(error: Exception) -> bool:
    return isinstance(error, RowChanged) or _code_of(error) in _CONFLICTS


def _in_transaction() -> bool:
    return any(
        connection.in_atomic_block
        or (connection.connection is not None and not connection.autocommit)
        for connection in connections.all(initialized_only=True)
    )


def _replace_cut_connections() -> None:
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


def _is_fault(error: Exception) -> bool:
    known = isinstance(error, (OperationalError, InterfaceError)) and not is_unwritable(error)
    return known or _code_of(error) in _READ_ONLY


def _says_not_migrated(error: Exception) -> bool:
    sqlite_says = ("no such table", "no such column")  # it has no codes
    return _code_of(error) in _NOT_MIGRATED or str(error).startswith(sqlite_says)


def _code_of(error: Exception) -> object:
    """PostgreSQL's SQLSTATE, or the number that MariaDB and MySQL put first."""
    cause = error.__cause__
    sqlstate = getattr(cause, "sqlstate", getattr(cause, "pgcode", None))
    return sqlstate or (error.args[0] if error.args else None)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
