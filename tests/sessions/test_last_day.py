"""What the table tells of the last 24 hours: by two queries, each with an index and a limit."""

from datetime import timedelta

import pytest
from django.db import connection

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import last_day as module
from drf_jwt_kit.sessions.last_day import Number, last_day

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_a_day_is_told_in_numbers(clock, kit, user):
    kit.sign_in(user)
    clock.shift(timedelta(hours=20))
    older = kit.sign_in(user)
    kit.rotate(kit.rotate(older.refresh).refresh)
    clock.shift(timedelta(hours=3, minutes=30))
    newer = kit.sign_in(user)
    kit.rotate(newer.refresh)
    kit.refresh(older.refresh)
    clock.shift(timedelta(minutes=45))
    sessions.revoke(newer.session, reason="moved away")
    told = last_day()

    assert (told.logins, told.refreshed, told.refreshes) == (Number(2, 1), Number(2, 1), 2)
    happened = {reason: number for reason, number in told.ends.items() if number.day}
    assert happened == {"reused": Number(1, 1), "": Number(1, 1)}
    assert not told.is_cut


def test_bound_sessions_are_counted_by_their_logins(clock, kit, user):
    older = kit.sign_in(user)
    clock.shift(timedelta(hours=2))
    newer = kit.sign_in(user)
    kit.sign_in(user)
    Session.objects.filter(pk__in=[older.session.pk, newer.session.pk]).update(bound_since=0)

    assert last_day().bound == Number(2, 1)


def test_an_empty_table_tells_of_nothing(db):
    told = last_day()

    assert (told.logins, told.refreshed, told.bound) == (Number(0, 0),) * 3
    assert told.refreshes == 0
    assert set(told.ends) == {*RevokedReason.values, ""}
    assert set(told.ends.values()) == {Number(0, 0)}


def test_it_costs_two_queries(user, queries):
    with queries() as made:
        last_day()

    assert len(made) == 2


def test_no_secret_is_read(user, queries):
    with queries() as made:
        last_day()

    columns = ("secret", "retry_key_hash", "data", "bound_key")
    assert not any(column in "".join(made) for column in columns)


def test_no_more_than_the_newest_are_counted(clock, kit, user, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    for _ in range(3):
        clock.shift(timedelta(hours=2))
        kit.logout(kit.sign_in(user).refresh)

    told = last_day()

    assert told.is_cut
    assert (told.logins.day, told.ends["logout"].day) == (2, 2)
    assert told.logins.hour == 1  # the newest


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite names the index that it takes")
def test_an_index_finds_the_rows(user, queries):
    with queries() as made:
        last_day()

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {made[0]}")
        begun = str(cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {made[1]}")
        ended = str(cursor.fetchall())
    assert "USING INDEX jwt_session_created_at" in begun
    assert "USING INDEX jwt_session_revoked_at" in ended
    assert "TEMP B-TREE" not in begun + ended
