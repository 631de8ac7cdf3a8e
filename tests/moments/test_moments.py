"""Which moment a time of the project's means, and how it is told."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core import serializers
from django.db import connection
from django.db.models import Value
from django.test import override_settings

from drf_jwt_kit.conf.moments import as_local, aware, epoch, whole_second
from drf_jwt_kit.models import Session
from drf_jwt_kit.models.moment import MomentField, _AsDjangoStores
from drf_jwt_kit.views.device_list import SessionSerializer

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc)
"""Half past two in Berlin, an hour before it is half past two again."""
LAST_OF_SUMMER = datetime(2026, 10, 25, 2, 59, 59, 500_000, tzinfo=BERLIN)


@pytest.fixture
def _in_berlin():
    with override_settings(USE_TZ=False, TIME_ZONE="Europe/Berlin"):
        yield


@pytest.mark.usefixtures("_in_berlin")
class TestLocalTime:
    @pytest.mark.parametrize("fold", [0, 1])
    def test_a_time_of_the_repeated_hour_says_by_its_fold_which_it_is(self, fold):
        moment = FIRST + fold * timedelta(hours=1)
        local = as_local(moment)

        assert local == datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001
        assert (local.fold, aware(local)) == (fold, moment)

    def test_a_time_that_spring_leaves_out_is_an_hour_later(self):
        left_out = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001

        assert aware(left_out) == datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc)

    @pytest.mark.parametrize(("fold", "shown"), [(0, "02:30:00+02:00"), (1, "02:30:00+01:00")])
    def test_is_shown_to_clients_with_its_offset(self, fold, shown):
        moment = as_local(FIRST + fold * timedelta(hours=1))
        row = Session(
            created_at=moment, expires_at=moment, refresh_lifetime=timedelta(days=1), ip=None
        )

        told = SessionSerializer(row, context={"current": None}).data

        assert told["created_at"] == f"2026-10-25T{shown}"

    @pytest.mark.parametrize("fold", [0, 1])
    def test_is_dumped_and_loaded_as_the_moment_that_it_was(self, fold):
        moment = FIRST + fold * timedelta(hours=1)
        row = Session(created_at=as_local(moment), expires_at=moment)

        (loaded,) = serializers.deserialize("json", serializers.serialize("json", [row]))

        assert aware(loaded.object.created_at) == moment


def test_the_next_whole_second_is_never_an_hour_later():
    """Python would count 02:59:59.5 up to 03:00, which comes an hour after 02:00 has come again."""
    assert whole_second(LAST_OF_SUMMER) - LAST_OF_SUMMER == timedelta(seconds=0.5)


def test_a_moment_is_the_same_in_every_zone():
    assert epoch(LAST_OF_SUMMER) == epoch(LAST_OF_SUMMER.astimezone(timezone.utc))
    assert as_local(LAST_OF_SUMMER).tzinfo is timezone.utc


def test_mysql_is_asked_for_local_dates_in_the_zone_that_django_assumes():
    ops = connection.ops
    mysql = SimpleNamespace(ops=ops, features=connection.features, timezone_name="Europe/Berlin")
    compiler = Session.objects.all().query.get_compiler("default")

    sql, params = _AsDjangoStores(Value(FIRST, output_field=MomentField())).as_mysql(
        compiler, mysql
    )

    assert sql.startswith("CONVERT_TZ(")
    assert params[-2:] == ("+00:00", "Europe/Berlin")
