"""What can nobody do without? The one read, or the one write, by hand and without a model."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import path

from drf_jwt_kit.models import Session

from .nobody import OpenView

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.response import Response

_SESSION_COLUMNS = ("id", "generation", "revoked_at", "live_until", "password_fingerprint")


def read_joined(session: UUID) -> Any:
    """The row of a session with that of its user: one statement, which is always the same."""
    key = Session._meta.pk.get_db_prep_value(session, connection)
    with connection.cursor() as cursor:
        cursor.execute(_joined(), [key])
        return cursor.fetchone()


@cache
def _joined() -> str:
    user = get_user_model()._meta
    columns = [f"s.{name}" for name in _SESSION_COLUMNS]
    columns += [f"u.{field.column}" for field in user.concrete_fields]
    return (
        f"SELECT {', '.join(columns)} FROM {Session._meta.db_table} s "
        f"JOIN {user.db_table} u ON u.id = s.user_id WHERE s.id = %s"
    )


def write(user: int) -> None:
    """One field of one row, written in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {get_user_model()._meta.db_table} SET last_name = %s WHERE id = %s",
            [f"name {next(_NAMES)}", user],
        )


_NAMES = itertools.count()


class JoinView(OpenView):
    def get(self, request: Any, session: UUID) -> Response:
        read_joined(session)
        return super().get(request)


class WriteView(OpenView):
    def post(self, request: Any, user: int) -> Response:
        write(user)
        return super().post(request)


urlpatterns = [
    path("floors/join/<uuid:session>/", JoinView.as_view()),
    path("floors/write/<int:user>/", WriteView.as_view()),
]
