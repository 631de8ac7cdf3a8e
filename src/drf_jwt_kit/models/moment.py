"""How are moments stored? So that no zone, setting or change of clocks can change which they are.

The table holds UTC, whatever USE_TZ and TIME_ZONE say, of the project or of the database. Django
stores local times without USE_TZ: two moments of the hour that autumn repeats would be one.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField, ExpressionWrapper, Func
from django.db.models.expressions import Combinable
from django.db.models.functions.datetime import TruncBase

from drf_jwt_kit.conf.moments import as_local, aware

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.base import BaseDatabaseWrapper

    _Sql = tuple[str, tuple[Any, ...]]


class MomentField(DateTimeField):  # type: ignore[type-arg]
    """A moment. PostgreSQL stores it with a zone, and other databases in UTC.

    Takes aware times, and times without a zone as local times of the project's, where ``fold``
    chooses between two. Reads in UTC with USE_TZ, and otherwise local times with their ``fold``.

    Lookups such as ``created_at__date`` and ``created_at__hour`` ask for local dates and hours, as
    with Django's own field. Its functions for queries (``TruncDay``, ``ExtractHour``) see UTC on
    SQLite and MariaDB or MySQL, unless USE_TZ is on.
    """

    def get_prep_value(self, value: Any) -> Any:
        """``value`` as an aware time."""
        if value is None or (type(value) is datetime and value.tzinfo is timezone.utc):
            return value  # there is nothing to convert
        moment = super().get_prep_value(value)
        return None if moment is None else aware(moment)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        """``value`` for the database."""
        moment = value if prepared else self.get_prep_value(value)
        if isinstance(moment, datetime) and not connection.features.supports_timezones:
            moment = aware(moment).replace(tzinfo=None)
        return connection.ops.adapt_datetimefield_value(moment)

    def from_db_value(
        self, value: datetime | None, expression: Any, connection: BaseDatabaseWrapper
    ) -> datetime | None:
        """A value of the database as a time of the project's."""
        if value is None or isinstance(expression, TruncBase):  # that has made local times of it
            return value
        if not connection.features.supports_timezones:
            value = value.replace(tzinfo=timezone.utc)  # in place of the zone that Django assumed
        return as_local(value)

    def value_from_object(self, obj: Any) -> Any:
        """The value in UTC, for ``dumpdata``: a local time would be read as another moment."""
        value = super().value_from_object(obj)
        return aware(value) if isinstance(value, datetime) else value

    def get_transform(self, lookup_name: str) -> Any:
        """Django's transforms, of the local time: they assume that the column holds it."""
        transform: Callable[[Any], Any] | None = super().get_transform(lookup_name)
        return None if transform is None else lambda moment: transform(_AsDjangoStores(moment))


class LiveUntilField(MomentField):
    """When a session ends at the latest, for an index that leaves out older rows.

    It is the time of its end, or else the idle limit or later. A refresh moves it by more than it
    must, so that most of them need no change of the index.
    """

    def pre_save(self, model_instance: Any, add: bool) -> datetime:
        """Compute it from the other columns of the row."""
        row = model_instance
        reckoned = (row.created_at, row.refresh_lifetime, row.expires_at)
        by_database = any(hasattr(value, "resolve_expression") for value in reckoned)
        # A row that was read may have been refreshed meanwhile.
        is_known = not by_database and (add or row.rotated_at is None)
        until = row.refreshable_until if is_known else row.expires_at
        row.live_until = row.revoked_at or until
        moment: datetime = row.live_until
        return moment


def read_moment(value: Any, *_: object) -> datetime | None:
    """What a MomentField reads with USE_TZ, from what the driver of the database has read.

    Django would make a local time of it first, and ask the settings at every step.
    """
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def later(moment: Combinable, duration: Combinable) -> Combinable:
    """``moment`` + ``duration`` in a query, where a day has 24 hours, as in Python.

    With a zone, PostgreSQL would add a day of 23 or 25 hours where clocks change.
    """
    total = ExpressionWrapper(_InUTC(moment) + duration, output_field=MomentField())
    return ExpressionWrapper(_InUTC(total), output_field=MomentField())


class _InUTC(Func):
    """On PostgreSQL, a time with a zone as one without, in UTC; and the other way round."""

    template = "%(expressions)s"
    arity = 1

    def __init__(self, moment: Combinable) -> None:
        super().__init__(moment, output_field=MomentField())

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> _Sql:
        """With the zone."""
        return self.as_sql(compiler, connection, template="(%(expressions)s AT TIME ZONE 'UTC')")


class _AsDjangoStores(Func):
    """A moment as Django would have stored it: in the zone that it takes the column to be in."""

    template = "%(expressions)s"
    arity = 1

    def __init__(self, moment: Any) -> None:
        super().__init__(moment, output_field=DateTimeField())

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> _Sql:
        """With a function that Django adds to SQLite."""
        template = "django_datetime_trunc('second', %(expressions)s, %%s, %%s)"
        return self._converted(compiler, connection, template, connection.timezone_name, "UTC")

    def as_mysql(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> _Sql:
        """With the database's own tables of zones, which Django asks for as well."""
        template = "CONVERT_TZ(%(expressions)s, %%s, %%s)"
        return self._converted(compiler, connection, template, "+00:00", connection.timezone_name)

    def _converted(
        self, compiler: Any, connection: BaseDatabaseWrapper, template: str, *zones: str
    ) -> _Sql:
        if connection.timezone_name == "UTC":
            return self.as_sql(compiler, connection)
        sql, params = self.as_sql(compiler, connection, template=template)
        return sql, (*params, *zones)
