"""How is a new row stored? As its ``save`` stores it, by a statement that is compiled once.

See ``statements``, which keeps it beside the others. Source: docs/decisions/0049.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models.signals import post_save, pre_save
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

from .statements import Update, kept_with

_DJANGO_RUNS = SQLInsertCompiler.execute_sql


def insert(row: Any, alias: str) -> None:
    """Store ``row``, which is new, on the database ``alias``.

    By its ``save`` where something may change it before, a value is for the database to compute,
    or a related object is set, whose key Django compares.
    """
    model, connection = type(row), connections[alias]
    fields = model._meta.local_concrete_fields
    values = [field.pre_save(row, True) for field in fields]
    is_plain = not any(hasattr(value, "resolve_expression") for value in values)
    if is_plain and not row._state.fields_cache and not pre_save.has_listeners(model):
        prepared = zip(fields, values, strict=True)
        parameters = tuple(field.get_db_prep_save(one, connection) for field, one in prepared)
        key = (model, "insert")
        statement = kept_with(connection, key, lambda: _insert_of(row, connection, parameters))
        if statement is not None:
            statement.write(parameters)
            row._state.db, row._state.adding = alias, False
            about = {"created": True, "update_fields": None, "raw": False, "using": alias}
            post_save.send(sender=model, instance=row, **about)
            return
    row.save(using=alias, force_insert=True)


def _insert_of(row: Any, connection: Any, parameters: tuple[Any, ...]) -> Update | None:
    """What stores a row with any values in place of ``parameters``, or None if that cannot be."""
    query = InsertQuery(type(row))
    query.insert_values(row._meta.local_concrete_fields, [row])
    compiler: Any = query.get_compiler(connection=connection)
    ((sql, given),) = compiler.as_sql()
    runs = type(compiler).execute_sql  # some profilers put theirs there
    if runs is not _DJANGO_RUNS or tuple(given) != parameters:
        return None
    return Update(sql=sql, connection=connection)
