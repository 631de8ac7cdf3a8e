"""How many statements, commits and rows does something make? The same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from drf_jwt_kit.models import Session

from .logins import PASSWORD, sides

if TYPE_CHECKING:
    from .timing import Operation

_BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
_WRITES = ("INSERT", "UPDATE", "DELETE")
_REFRESHES = 100
_TABLES = {
    "simplejwt": (BlacklistedToken, OutstandingToken),
    "simplejwt with blacklist": (BlacklistedToken, OutstandingToken),
    "knox": (AuthToken,),
    "kit": (Session,),
}


def counts_of(operation: Operation) -> dict[str, int]:
    """Statements, those that begin and end transactions apart, and commits of what was written."""
    operation.work(operation.prepare())  # what is read once in a process
    made = operation.prepare()
    with CaptureQueriesContext(connection) as captured:
        operation.work(made)
    statements = [query["sql"] for query in captured]
    return {
        "queries": sum(not statement.startswith(_BOUNDS) for statement in statements),
        "commits": _commits_of(statements),
    }


def rows_of_a_login() -> dict[str, int]:
    """The rows that a login and a hundred refreshes leave, by side; a login alone, if no more.

    Deletes every row of every side.
    """
    username = get_user_model().objects.create_user("counted", password=PASSWORD).username
    rows = {}
    for name, side in sides().items():
        for model in _TABLES[name]:
            model.objects.all().delete()
        if side.refresh:
            refresh = side.refreshing(username)
            for _ in range(_REFRESHES):
                refresh.work(refresh.prepare())
        else:
            side.tokens(username)
        rows[name] = sum(model.objects.count() for model in _TABLES[name])
    return rows


def _commits_of(statements: list[str]) -> int:
    """Transactions that wrote: each is one wait for the disk."""
    commits, inside, wrote = 0, False, False
    for statement in statements:
        if statement.startswith("BEGIN"):
            inside, wrote = True, False
        elif statement.startswith("COMMIT"):
            inside, commits = False, commits + wrote
        elif statement.startswith(_WRITES):
            wrote = True
            commits += not inside
    return commits
