"""Is the session table there yet? For what must also work before the project has run ``migrate``.

A migration of another app may save users, and so may ``changepassword`` in a new project. Asks
nothing: the first statement that a process sends shows it, in a savepoint of its own, since a
failed one would spoil the project's transaction. ``migrate`` shows it too, so that a project's
tests never see the savepoint.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connections, router, transaction

from drf_jwt_kit.models import Cutoff, Session
from drf_jwt_kit.models.database import identity, write_alias

from .events import log
from .faults import says_not_migrated

_seen: set[tuple[object, ...]] = set()
"""The databases, and schemas of tenants, in which this process has met the table."""


@contextmanager
def if_migrated() -> Iterator[None]:
    """Run the block, and undo it without an error if the session table is missing or is older."""
    here = identity()
    if here in _seen:
        yield
        return
    try:
        with transaction.atomic(using=write_alias()):
            yield
    except DatabaseError as error:
        if not says_not_migrated(error):
            raise
        log("not_migrated", level=logging.WARNING, cure="run `python manage.py migrate`")
    else:
        _seen.add(here)


def look_again(*, using: str, **_kwargs: object) -> None:
    """Look at the tables after a ``migrate``, which may have made, changed or removed them."""
    _seen.clear()
    if using == write_alias() and router.allow_migrate_model(using, Session):
        with connections[using].cursor() as cursor:
            if all(_is_there(model, using, cursor) for model in (Session, Cutoff)):
                _seen.add(identity())


def _is_there(model: Any, alias: str, cursor: Any) -> bool:
    introspection, table = connections[alias].introspection, model._meta.db_table
    if table not in introspection.table_names(cursor):
        return False
    columns = {column.name for column in introspection.get_table_description(cursor, table)}
    return columns >= {field.column for field in model._meta.concrete_fields}
