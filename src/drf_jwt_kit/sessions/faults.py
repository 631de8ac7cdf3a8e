"""What happens to a request if the database fails? Another attempt, or else 503; never 500.

Retried are serialization failures, deadlocks, locked files and cut connections. A failure inside
an open transaction is not retried, because only the code that began it can begin it again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, OperationalError, connections

from drf_jwt_kit.exceptions import ServiceUnavailable

from .events import log

_P = ParamSpec("_P")
_T = TypeVar("_T")

_ATTEMPTS = 3
_PATIENCE = 2.0
"""Seconds after which no new attempt begins, so that clients and workers do not wait for long.
Only a conflict with another request is tried again even then, because that takes no time."""

# SQLSTATEs of PostgreSQL, and numbers of MariaDB and MySQL.
_NOT_MIGRATED = {"42P01", "42703", 1146, 1054}  # there is no such table, no such column
_CONFLICTS = {"40001", "40P01", 1020, 1213}  # a serialization failure, a deadlock
_UNWRITABLE = {"22P05", "22021", 1366, 1267}  # a character that the table cannot hold or compare
_READ_ONLY = {"25006"}  # the server is now a standby; psycopg raises InternalError


class RowChanged(OperationalError):  # noqa: N818  # says what happened, as verdicts do
    """Another request has changed the row between our read and our conditional write."""

    def __init__(self) -> None:
        super().__init__("The session was changed between being read and being written.")


def persistently(work: Callable[[bool], _T]) -> _T:
    """The result of ``work(again)`` in at most three attempts; ``again`` is True from the second.

    A failed attempt may have been committed, with only its answer lost: ``work`` must allow for
    that. A cut connection is replaced before the next attempt.

    Raises ServiceUnavailable if the database does not answer, and other errors unchanged.
    """
    deadline, failures = monotonic() + _PATIENCE, 0
    while True:
        try:
            if failures:
                _replace_cut_connections()
            return work(failures > 0)
        except (DatabaseError, InterfaceError) as error:
            failures += 1
            spent = monotonic() > deadline and not _is_conflict(error)
            if failures == _ATTEMPTS or spent or not _may_pass(error):
                with database_faults_answered():
                    raise
            log("retried", error=_first_line(error))


def persistent(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """``function`` called ``persistently``. Calling it twice must have the effect of one call."""

    @wraps(function)
    def persisting(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return persistently(lambda again: function(*args, **kwargs))

    return persisting


@contextmanager
def database_faults_answered() -> Iterator[None]:
    """Raise ServiceUnavailable if the database does not answer, is locked, or is not migrated.

    For work that must not be tried again.
    """
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        unavailable = as_unavailable(error)
        if unavailable is None:
            raise
        raise unavailable from error


def as_unavailable(error: Exception) -> ServiceUnavailable | None:
    """ServiceUnavailable for a fault of the database, after a log line with the cure; else None."""
    if not isinstance(error, (DatabaseError, InterfaceError)):
        return None
    if says_not_migrated(error):
        cure = "run `python manage.py migrate`"
        log("not_migrated", level=logging.ERROR, cure=cure, error=_first_line(error))
    elif _is_fault(error):
        log("database_unavailable", level=logging.ERROR, error=_first_line(error))
    else:
        return None
    return ServiceUnavailable()


def is_unwritable(error: Exception) -> bool:
    """Whether the database refused a character because it cannot store it.

    Old tables of MariaDB have a character set other than Unicode, and refuse most characters.
    """
    return isinstance(error, DatabaseError) and not _UNWRITABLE.isdisjoint(_codes_of(error))


def kind_of(error: BaseException) -> str:
    """The type of a driver's error and its code, for a person. Not its words: they may hold what
    the connection was given, such as half of a password in an address that is not quoted."""
    number = [one for one in error.args[:1] if isinstance(one, int)]
    return " ".join(map(str, [type(error).__name__, *filter(None, [_state_of(error)]), *number]))


def reason_of(error: ImproperlyConfigured | ServiceUnavailable) -> str:
    """Why something cannot be had now, for a person: in our words, or else the type of the error
    of another."""
    cause = error.__cause__
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if cause is None:
        return str(dict(error.detail)["detail"])  # type: ignore[arg-type]
    return str(cause) if isinstance(cause, ImproperlyConfigured) else kind_of(cause)


def _may_pass(error: Exception) -> bool:
    if isinstance(error, RowChanged):  # it spoils no transaction
        return True
    return _is_fault(error) and not says_not_migrated(error) and not _in_transaction()


def _is_conflict(error: Exception) -> bool:
    return isinstance(error, RowChanged) or not _CONFLICTS.isdisjoint(_codes_of(error))


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
    return known or not _READ_ONLY.isdisjoint(_codes_of(error))


def says_not_migrated(error: Exception) -> bool:
    """Whether the database has no such table, or no such column."""
    sqlite_says = ("no such table", "no such column")  # it has no codes
    coded = not _NOT_MIGRATED.isdisjoint(_codes_of(error))
    return coded or str(error).startswith(sqlite_says)


def _codes_of(error: Exception) -> set[object]:
    """The SQLSTATE, and the number that MariaDB and MySQL put first: some drivers give both."""
    return {_state_of(error), *error.args[:1]}


def _state_of(error: BaseException) -> object:
    cause = error.__cause__
    return getattr(cause, "sqlstate", getattr(cause, "pgcode", None))


def _first_line(error: Exception) -> str:
    """What the driver says, for the log: what a connection was given stands there by its name. In
    any of it may be half of a password, where that is not quoted in an address."""
    line = (str(error).splitlines() or [""])[0]
    for settings in connections.settings.values():
        for name in ("PASSWORD", "HOST", "NAME", "USER", "PORT"):
            if value := str(settings.get(name) or ""):
                line = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"({name})", line)
    return line
