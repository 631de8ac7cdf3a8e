"""How does the database find the rows? The plan of every statement that some work makes.

Each statement is explained just before it runs, with its own parameters, so that what is shown
is what the package asks and no copy of it.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "INSERT")


@contextmanager
def plans_of(connection: Any) -> Iterator[list[str]]:
    """The statements of a block, each followed by its plan, on PostgreSQL."""
    plans: list[str] = []
    asking = False

    def explained(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
        nonlocal asking
        if not asking and statement.startswith(_EXPLAINED):
            asking = True
            # What a server-side cursor reads is planned for its first rows.
            cursor = getattr(context["cursor"].cursor, "name", None)
            as_asked = f"DECLARE explained CURSOR FOR {statement}" if cursor else statement
            plan = _explain(connection, as_asked, values)
            plans.append(f"{_shortened(statement)}\n{plan}")
            asking = False
        return execute(statement, values, many, context)

    with connection.execute_wrapper(explained):
        yield plans


def _explain(connection: Any, statement: str, values: Any) -> str:
    """The plan with what happened; the statement's own effect is undone."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, WAL) {statement}", values)
        lines = [row[0] for row in cursor.fetchall()]
        transaction.set_rollback(True, using=connection.alias)
    return "\n".join(f"    {line}" for line in lines)


def _shortened(statement: str) -> str:
    """Without the columns that a SELECT or an INSERT names."""
    statement = statement.replace('"', "").replace("drf_jwt_kit_session", "session")
    statement = re.sub(r"^(SELECT (?:DISTINCT )?)\w+\..*? FROM", r"\1… FROM", statement)
    return re.sub(r"^(INSERT INTO \w+ )\(.*", r"\1…", statement)
