"""Which statements are compiled once, and when may that be?

Django builds and compiles a query anew each time, which costs ten times what the database takes for
it. So the SQL that every request and every refresh needs is kept with the connection. It goes
through Django's cursor, where execute wrappers, query logs and tests see it. Where a project has a
say in what would be compiled, the ORM is asked as ever. Source: docs/decisions/0045.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from django.conf import settings as django_settings
from django.db import connections, router, transaction
from django.db.models import Manager, QuerySet
from django.db.models.sql import UpdateQuery
from django.db.models.sql.compiler import SQLCompiler, SQLUpdateCompiler
from django.utils.inspect import func_accepts_kwargs, func_supports_parameter

from .moment import MomentField, read_moment

_T = TypeVar("_T")
Found: TypeAlias = tuple[Any, tuple[Any, ...]]
"""An object of a model, and the values of columns that were added to it."""
Making: TypeAlias = Callable[[Any], tuple[Any, tuple[str, ...]]]
"""From all rows makes the query for one of them, and the names of the columns that it adds."""

_KEPT = "_drf_jwt_kit_statements"
_MOST = 100
"""Statements of one connection: each tenant may have its own."""

_DJANGO_RUNS = {SQLCompiler.execute_sql, SQLUpdateCompiler.execute_sql}
_GET_QUERYSET, _USING = Manager.get_queryset, Manager.using


class _OfEveryClass:
    """The names that Python gives to whatever class."""

    documented: int


_OF_A_QUERYSET = frozenset(dir(QuerySet)) - frozenset(vars(_OfEveryClass))


@dataclass(frozen=True, kw_only=True)
class Select:
    """A query for one row by one parameter."""

    sql: str
    compiler: Any
    converters: tuple[tuple[int, list[Callable[..., Any]], Any], ...]
    """By the place of a column: what makes a value of it, one after the other, and for what."""
    names: tuple[str, ...]
    """The attributes of the model, whose columns are the first ones."""
    added: tuple[int, ...]
    """Where the columns are that were added."""
    more: Mapping[str, Any]
    """What else Django gives to ``from_db`` of the model."""

    def first(self, parameter: Any) -> Found | None:
        """The row as the ORM makes it; None if there is none."""
        connection = self.compiler.connection
        with connection.cursor() as cursor:
            cursor.execute(self.sql, (parameter,))
            found = cursor.fetchone()
        if found is None:
            return None
        row = list(found)
        for place, converters, expression in self.converters:
            for converter in converters:
                row[place] = converter(row[place], expression, connection)
        model = self.compiler.query.model
        made = model.from_db(connection.alias, self.names, row[: len(self.names)], **self.more)
        return made, tuple([row[place] for place in self.added])


@dataclass(frozen=True, kw_only=True)
class Update:
    """A conditional write of some columns of a model."""

    sql: str
    connection: Any

    def write(self, parameters: tuple[Any, ...]) -> int:
        """How many rows there were to write."""
        with (
            transaction.mark_for_rollback_on_error(using=self.connection.alias),
            self.connection.cursor() as cursor,
        ):
            cursor.execute(self.sql, parameters)
            return int(cursor.rowcount)


def first(
    manager: Any, alias: str, key: tuple[str, ...], parameter: Any, making: Making
) -> Found | None:
    """The one row of ``manager`` on the database ``alias`` that ``making`` asks for, or None.

    As ``select`` asks for it, or the ORM.
    """
    statement = select(manager, alias, key, parameter, making)
    if statement is not None:
        return statement.first(parameter)
    query, added = making(manager.using(alias))
    try:
        found = query.get()
    except query.model.DoesNotExist:
        return None
    return found, tuple(found.__dict__.pop(name) for name in added)


def select(
    manager: Any, alias: str, key: tuple[str, ...], parameter: Any, making: Making
) -> Select | None:
    """What asks for the one row that ``making`` asks for; None where that is for the ORM.

    ``parameter`` is the only one of that query, as the database takes it; ``key`` says which query
    it is.
    """
    if not is_plain(manager):
        return None
    return kept_with(
        connections[alias],
        (manager.model, *key),
        lambda: _select_of(*making(manager.using(alias)), parameter),
    )


def update(model: Any, changed: Mapping[str, Any], unchanged: Mapping[str, Any]) -> int:
    """Write ``changed`` into those rows that are ``unchanged``, and answer how many these are.

    By the names of fields. What is None in ``unchanged`` always is.
    """
    alias = router.db_for_write(model)
    connection = connections[alias]
    parameters = _parameters(model, connection, changed, unchanged)

    def make() -> Update | None:
        query = model._default_manager.using(alias).filter(**unchanged).query.chain(UpdateQuery)
        query.add_update_values(changed)
        sql = _sql_of(query.get_compiler(alias), parameters)
        return None if sql is None else Update(sql=sql, connection=connection)

    statement = kept_with(connection, (model, tuple(changed), tuple(unchanged)), make)
    if statement is not None:
        return statement.write(parameters)
    return int(model._default_manager.using(alias).filter(**unchanged).update(**changed))


def is_plain(manager: Any) -> bool:
    """Whether ``manager`` shows all rows at any time: it is Django's, or only adds names to that.

    Asked each time, because it can be changed while the process runs.
    """
    return (
        getattr(manager.get_queryset, "__func__", None) is _GET_QUERYSET
        and getattr(manager.using, "__func__", None) is _USING
        and _only_adds(manager._queryset_class)
    )


def _only_adds(queryset_class: Any) -> bool:
    """Whether a class has everything that a QuerySet has from there."""
    if queryset_class is QuerySet:
        return True
    classes = queryset_class.__mro__
    own = classes[: classes.index(QuerySet)]
    return type(queryset_class) is type and all(map(_OF_A_QUERYSET.isdisjoint, map(vars, own)))


def kept_with(connection: Any, key: tuple[object, ...], make: Callable[[], _T]) -> _T:
    """What ``make`` has answered for ``key`` on this connection, in this schema.

    Kept in the connection's wrapper: that belongs to one thread, and goes with it.
    """
    statements: dict[tuple[object, ...], Any] = connection.__dict__.setdefault(_KEPT, {})
    # Converters depend on USE_TZ, and some backends write the schema of a tenant into the SQL.
    key = (key, django_settings.USE_TZ, getattr(connection, "schema_name", None))
    if key in statements:
        kept: _T = statements[key]
        return kept
    made = make()
    if len(statements) >= _MOST:
        statements.clear()
    statements[key] = made
    return made


def _select_of(query: QuerySet[Any], added: tuple[str, ...], parameter: Any) -> Select | None:
    """``query`` for any value in place of ``parameter``, or None if that cannot be.

    The model's columns are the first ones, as in every query that does not defer any.
    """
    compiler: Any = query.order_by().query.get_compiler(query.db)
    sql = _sql_of(compiler, (parameter,))
    if sql is None:
        return None
    expressions = [expression for expression, *_ in compiler.select]
    converters = compiler.get_converters(expressions).items()
    fields = compiler.klass_info["select_fields"]
    return Select(
        sql=sql,
        compiler=compiler,
        converters=tuple(
            (place, _at_once(expression) or converting, expression)
            for place, (converting, expression) in converters
        ),
        names=tuple(expressions[field].target.attname for field in fields),
        added=tuple(compiler.annotation_col_map[name] for name in added),
        more=_told_to(query.model.from_db, query),
    )


def _told_to(from_db: Any, query: Any) -> dict[str, Any]:
    """What Django from 6.1 on tells a model of the query that has read it."""
    takes = func_accepts_kwargs(from_db) or func_supports_parameter(from_db, "fetch_mode")
    return {"fetch_mode": query._fetch_mode} if takes and hasattr(query, "_fetch_mode") else {}


def _at_once(expression: Any) -> list[Callable[..., Any]]:
    """What reads a moment in one step; empty where Django's steps are needed."""
    is_moment = isinstance(expression.output_field, MomentField)
    return [read_moment] if is_moment and django_settings.USE_TZ else []


def _sql_of(compiler: Any, parameters: tuple[Any, ...]) -> str | None:
    """The SQL with these parameters; None if it has others, or if it is not Django who runs it."""
    sql, given = compiler.as_sql()
    runs = {type(compiler).execute_sql, SQLCompiler.execute_sql}  # some profilers put theirs there
    return sql if runs <= _DJANGO_RUNS and tuple(given) == parameters else None


def _parameters(
    model: Any, connection: Any, changed: Mapping[str, Any], unchanged: Mapping[str, Any]
) -> tuple[Any, ...]:
    """The parameters of an update, in the order in which Django has them."""
    field = model._meta.get_field
    return (
        *(field(name).get_db_prep_save(value, connection) for name, value in changed.items()),
        *(
            field(name).get_db_prep_value(value, connection)
            for name, value in sorted(unchanged.items())
            if value is not None
        ),
    )
