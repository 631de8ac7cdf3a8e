"""Which rows a flush deletes, and which it must spare."""

from datetime import datetime, timedelta
from datetime import timezone as utc
from itertools import islice

import pytest
from django.db import connection
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Cutoff, Session
from drf_jwt_kit.sessions import flush as retention
from tests.conftest import claims_of

pytestmark = pytest.mark.django_db

GRACE = timedelta(minutes=20)  # access tokens of 15 minutes, and a margin
MOMENT = timedelta(seconds=1)


def flush(**options):
    return list(retention.flush(**options))[-1]


def is_left(tokens):
    return Session.objects.filter(pk=claims_of(tokens.refresh)["sid"]).exists()


@pytest.fixture
def ended(clock, signed_in):
    sessions.revoke(signed_in.session.pk)
    return signed_in


class TestAnEndedSession:
    def test_stays_as_long_as_its_access_tokens_could_live(self, clock, ended):
        clock.shift(GRACE - MOMENT)

        assert flush().kept == 1
        assert is_left(ended)

    def test_is_deleted_after_that(self, clock, ended):
        clock.shift(GRACE)

        assert flush().deleted == 1
        assert not is_left(ended)

    def test_stays_longer_where_access_tokens_live_longer(self, clock, ended, settings):
        settings.DRF_JWT_KIT = {"ACCESS_TOKEN_LIFETIME": timedelta(hours=1)}
        clock.shift(GRACE)

        assert flush().deleted == 0

    def test_stays_longer_where_other_clocks_may_be_off(self, clock, ended, settings):
        settings.DRF_JWT_KIT = {"LEEWAY": timedelta(minutes=1)}
        clock.shift(GRACE + timedelta(minutes=1) - MOMENT)
        assert flush().deleted == 0
        clock.shift(MOMENT)

        assert flush().deleted == 1

    def test_stays_longer_where_its_own_access_tokens_do(self, clock, ended):
        Session.objects.update(access_lifetime=timedelta(hours=1))
        clock.shift(GRACE)

        assert flush(dry_run=True).deleted == flush().deleted == 0

    def test_stays_to_be_looked_at_where_that_is_asked_for(self, clock, ended):
        clock.shift(timedelta(days=6))

        assert flush(keep=timedelta(days=7)).deleted == 0
        assert flush(keep=timedelta(days=5)).deleted == 1

    def test_stays_as_long_where_clocks_are_put_forward_meanwhile(self, clock, user, settings):
        settings.USE_TZ, settings.TIME_ZONE = False, "Europe/Berlin"
        clock.move_to(datetime(2026, 3, 29, 0, 55, tzinfo=utc.utc).timestamp())  # 01:55 in Berlin
        sessions.revoke(claims_of(sessions.start(user).refresh)["sid"])

        clock.shift(GRACE - MOMENT)  # 03:14:59

        assert flush().deleted == 0

    def test_the_ended_session_of_a_deleted_user_is_flushed_like_others(
        self, clock, signed_in, user
    ):
        user.delete()
        clock.shift(GRACE)

        assert flush().deleted == 1


class TestASessionPastItsLimit:
    def test_is_deleted_when_it_was_not_refreshed_in_time(self, clock, signed_in):
        clock.shift(timedelta(days=1) + GRACE)

        assert flush().deleted == 1

    def test_a_session_past_its_limit_stays_until_the_grace_has_passed(self, clock, signed_in):
        clock.shift(timedelta(days=1) + GRACE - MOMENT)

        assert flush().kept == 1

    def test_counts_from_its_last_refresh(self, clock, kit, signed_in):
        clock.shift(timedelta(hours=12))
        kit.rotate(signed_in.refresh)
        clock.shift(timedelta(hours=23))

        assert flush().kept == 1

    def test_is_deleted_when_it_is_too_old(self, clock, signed_in):
        Session.objects.update(expires_at=timezone.now(), refresh_lifetime=timedelta(days=90))
        clock.shift(GRACE)

        assert flush().deleted == 1


class TestASessionThatWasCutOff:
    @pytest.fixture
    def cut_off(self, clock, signed_in):
        clock.shift(MOMENT)
        Cutoff.objects.create(valid_after=timezone.now())
        return signed_in

    def test_stays_as_long_as_its_access_tokens_could_live(self, clock, cut_off):
        clock.shift(GRACE - MOMENT)

        assert flush().kept == 1

    def test_is_deleted_after_that(self, clock, cut_off):
        clock.shift(GRACE)

        assert flush().deleted == 1

    def test_does_not_take_later_logins_along(self, clock, cut_off, kit, user):
        later = kit.sign_in(user)
        clock.shift(GRACE)
        flush()

        assert is_left(later)


class TestAnEndOfAllSessions:
    def test_is_deleted_once_a_later_one_covers_it(self, clock, db):
        Cutoff.objects.create(valid_after=timezone.now())
        later = Cutoff.objects.create(valid_after=timezone.now() + MOMENT)

        assert flush().cutoffs == 1
        assert Cutoff.objects.get() == later

    def test_stays_while_a_session_is_older(self, clock, signed_in):
        Session.objects.update(access_lifetime=timedelta(hours=1))
        Cutoff.objects.create(valid_after=timezone.now() + MOMENT)
        clock.shift(GRACE + MOMENT)

        assert flush().cutoffs == 0
        assert is_left(signed_in)

    def test_the_latest_stays_when_no_session_is_older(self, clock, kit, user):
        """Tokens of other issuers, which no row tells of, are held against it."""
        Cutoff.objects.create(valid_after=timezone.now())
        clock.shift(timedelta(days=400))

        assert flush().cutoffs == 0
        assert Cutoff.objects.exists()

    def test_flush_deletes_no_cut_off_where_there_is_none(self, db):
        assert flush().cutoffs == 0


class TestARowThatChangesWhileItIsJudged:
    """Another process writes between the reading and the deleting."""

    @pytest.fixture
    def judged(self, monkeypatch):
        def change(**columns):
            delete = retention._delete

            def change_then_delete(keys, rule):
                Session.objects.update(**columns)
                return delete(keys, rule)

            monkeypatch.setattr(retention, "_delete", change_then_delete)

        return change

    def test_survives_when_it_was_refreshed(self, clock, signed_in, judged):
        clock.shift(timedelta(days=1) + GRACE)
        judged(rotated_at=timezone.now())

        assert flush().deleted == 0
        assert is_left(signed_in)

    def test_survives_when_its_end_was_taken_back(self, clock, ended, judged):
        clock.shift(GRACE)
        judged(revoked_at=None)

        assert flush().deleted == 0


class TestABatch:
    @pytest.fixture
    def five(self, clock, kit, user):
        tokens = [kit.sign_in(user) for _ in range(5)]
        sessions.revoke(user=user)
        clock.shift(GRACE)
        return tokens

    def test_is_one_query_to_read_and_one_to_delete(self, five, queries):
        with queries() as made:
            flush(batch_size=2)

        assert [query.split()[0] for query in made] == [
            *("SELECT", "SELECT"),  # the last end of all sessions; how many rows there are
            *("SELECT", "DELETE") * 3,
        ]

    def test_a_batch_reads_no_secret(self, five, queries):
        with queries() as made:
            flush()

        assert [query for query in made if "secret" in query or "fingerprint" in query] == []

    def test_every_batch_is_reported(self, five):
        told = [progress.deleted for progress in retention.flush(batch_size=2)]

        assert told == [2, 4, 5]

    @pytest.mark.parametrize("seconds_apart", [0, 1])
    def test_goes_on_where_the_one_before_has_ended(self, clock, kit, user, seconds_apart):
        for _ in range(5):
            kit.sign_in(user)
            clock.shift(seconds_apart)

        walk = islice(retention.flush(batch_size=2), 10)  # it would have no end, or a wrong one

        assert [progress.kept for progress in walk] == [2, 4, 5]

    def test_moves_the_fraction_forward_to_the_end(self, five):
        fractions = [progress.fraction for progress in retention.flush(batch_size=1)]

        assert fractions == sorted(fractions)
        assert 0 < fractions[0] < fractions[-1] == 1

    def test_stops_where_the_caller_stops(self, five):
        next(retention.flush(batch_size=2))

        assert Session.objects.count() == 3

    def test_is_only_counted_in_a_dry_run(self, five):
        for days in (1, 2):
            Cutoff.objects.create(valid_after=timezone.now() - timedelta(days=days))

        counted = flush(dry_run=True)

        assert (counted.deleted, counted.cutoffs) == (5, 1)
        assert (Session.objects.count(), Cutoff.objects.count()) == (5, 2)

    def test_larger_than_a_query_may_be_is_deleted_in_parts(self, five, monkeypatch, queries):
        monkeypatch.setattr(type(connection.features), "max_query_params", 12)

        with queries() as made:
            assert flush().deleted == 5

        assert len([query for query in made if query.startswith("DELETE")]) == 3
