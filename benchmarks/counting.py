"""How many statements and commits does something make? The same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from .timing import Operation

_BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
_WRITES = ("INSERT", "UPDATE", "DELETE")


def counts_of(operation: Operation) -> dict[str, int]:
    """Statements, those that begin and end transactions apart, and commits of what was written."""
    operation.work(operation.prepare())  # what is read once in a process
    made = operation.prepare()
    with CaptureQueriesContext(connection) as captured:
        operation.work(made)
    statements = [query["sql"] for query in captured]
    return {
        "queries": sum(not statement.startswith(_BOUNDS) for statement in statements),
        "commits": commits_of(statements),
    }


def commits_of(statements: list[str]) -> int:
    """Transactions that wrote: each is one wait for the disk."""
    commits, inside, wrote = 0, False, False
    for statement in statements:
        if statement.startswith("BEGIN"):
            inside, wrote = True, False
        elif statement.startswith("COMMIT"):
            inside, commits = False, commits + wrote
        elif statement.startswith("ROLLBACK TO"):  # a savepoint, which is no end
            continue
        elif statement.startswith("ROLLBACK"):
            inside = False
        elif statement.startswith(_WRITES):
            wrote = True
            commits += not inside
    return commits
