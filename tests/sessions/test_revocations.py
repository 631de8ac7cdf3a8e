"""What a process reads of what was revoked: all of the last access lifetime, then the news."""

import logging
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.utils.timezone import make_naive

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import revocations
from drf_jwt_kit.sessions.revocations import FULL_READ_EVERY, OVERLAP, read
from tests.conftest import NOON, claims_of

pytestmark = pytest.mark.django_db

ACCESS_LIFETIME = timedelta(minutes=15)


@pytest.fixture
def revoked_ago(clock, user):
    """A session that was ended some time before noon."""

    def make(ago):
        sid = UUID(claims_of(sessions.start(user).access)["sid"])
        moment = NOON - ago if settings.USE_TZ else make_naive(NOON - ago)
        Session.objects.filter(pk=sid).update(revoked_at=moment)
        return sid

    return make


class TestFullRead:
    def test_knows_what_was_revoked_within_an_access_lifetime(self, revoked_ago, monotonic):
        revoked = revoked_ago(ACCESS_LIFETIME)

        assert revoked in read(None)

    def test_leaves_out_what_no_token_can_outlive(self, revoked_ago, monotonic):
        revoked_ago(ACCESS_LIFETIME + OVERLAP + timedelta(seconds=1))

        assert len(read(None)) == 0

    def test_follows_lifetime_and_leeway(self, revoked_ago, monotonic, settings):
        settings.DRF_JWT_KIT = {"ACCESS_TOKEN_LIFETIME": 2 * ACCESS_LIFETIME, "LEEWAY": 30}
        revoked = revoked_ago(2 * ACCESS_LIFETIME + timedelta(seconds=30) + OVERLAP)

        assert revoked in read(None)

    def test_says_since_when_it_is_complete(self, clock, db, monotonic):
        since = NOON - ACCESS_LIFETIME - OVERLAP

        assert read(None).complete_since == since.timestamp()

    def test_leaves_out_what_is_live(self, clock, signed_in, monotonic):
        assert len(read(None)) == 0

    def test_has_the_latest_cutoff(self, clock, db, monotonic):
        sessions.revoke_all()

        assert read(None).valid_after == sessions.revoke_all()

    def test_a_full_read_takes_three_queries(self, signed_in, monotonic, queries):
        with queries() as made:
            read(None)

        assert len(made) == 3


class TestNews:
    def test_is_added_to_what_was_known(self, revoked_ago, monotonic, clock, user):
        before = read(None)
        revoked = revoked_ago(timedelta(0))

        assert revoked in read(before)

    def test_is_found_where_its_transaction_took_a_while(self, revoked_ago, monotonic):
        before = read(None)
        committed_late = revoked_ago(OVERLAP)

        assert committed_late in read(before)

    def test_does_not_ask_for_what_must_be_known(self, revoked_ago, monotonic):
        before = read(None)
        revoked_ago(OVERLAP + timedelta(seconds=1))

        assert len(read(before)) == 0

    def test_is_counted_from_the_last_question_and_not_from_now(
        self, revoked_ago, monotonic, clock
    ):
        before = read(None)
        clock.shift(timedelta(minutes=10))
        revoked = revoked_ago(-timedelta(minutes=1))

        assert revoked in read(before)

    def test_has_the_cutoff_of_this_moment(self, clock, db, monotonic):
        before = read(None)

        assert read(before).valid_after is None
        assert sessions.revoke_all() == read(before).valid_after

    def test_the_news_takes_two_queries(self, signed_in, monotonic, queries):
        before = read(None)

        with queries() as made:
            read(before)

        assert len(made) == 2


class TestNewsOfMany:
    """Those that are known are counted and not read again, unless the count says otherwise."""

    @pytest.fixture
    def before(self, revoked_ago, monotonic, monkeypatch):
        monkeypatch.setattr(revocations, "MANY", 1)
        revoked_ago(timedelta(seconds=30))
        return read(None)

    def test_is_nothing_where_the_count_is_the_same(self, before, queries):
        with queries() as made:
            assert read(before).recent == before.recent

        assert len(made) == 3

    def test_is_added_to_what_was_known(self, before, revoked_ago):
        revoked = revoked_ago(timedelta(0))

        assert revoked in read(before)
        assert len(read(before)) == 2

    def test_is_found_where_its_transaction_took_a_while(self, before, revoked_ago):
        committed_late = revoked_ago(OVERLAP)

        assert committed_late in read(before)

    def test_lets_a_session_go_that_was_kept_after_all(self, before):
        Session.objects.update(revoked_at=None)

        assert len(read(before)) == 0


class TestFullReadAgain:
    """Once a minute."""

    def test_finds_what_a_very_long_transaction_committed(self, revoked_ago, monotonic):
        before = read(None)
        committed_late = revoked_ago(3 * OVERLAP)
        monotonic.shift(FULL_READ_EVERY)

        assert committed_late in read(before)

    def test_drops_what_no_token_can_outlive(self, revoked_ago, monotonic, clock):
        revoked_ago(timedelta(0))
        before = read(None)
        clock.shift(ACCESS_LIFETIME + 2 * OVERLAP)
        monotonic.shift(FULL_READ_EVERY)

        assert len(read(before)) == 0


class TestTooMany:
    @pytest.fixture
    def too_many(self, revoked_ago, monotonic, monkeypatch):
        monkeypatch.setattr(revocations, "MOST", 2)
        return [revoked_ago(timedelta(seconds=seconds)) for seconds in range(3)]

    def test_too_many_revocations_are_not_remembered(self, too_many):
        known = read(None)

        assert known.too_many
        assert len(known) == 0

    def test_may_become_so_with_the_news(self, revoked_ago, monotonic, monkeypatch):
        monkeypatch.setattr(revocations, "MOST", 1)
        before = read(None)
        revoked_ago(timedelta(0)), revoked_ago(timedelta(0))

        assert read(before).too_many

    def test_a_process_remembers_as_many_as_there_is_room_for(self, too_many, monkeypatch):
        monkeypatch.setattr(revocations, "MOST", 3)

        assert len(read(None)) == len(too_many)

    def test_are_not_counted_again_for_a_minute(self, too_many, queries):
        before = read(None)

        with queries() as made:
            assert read(before).too_many

        assert made == []

    def test_are_said_in_the_log_once(self, too_many, monotonic, caplog):
        with caplog.at_level(logging.INFO, "drf_jwt_kit"):
            before = read(None)
            monotonic.shift(FULL_READ_EVERY)
            read(read(before))

        assert caplog.messages == [
            "event=feed_too_long more_than=2 "
            "then='requests ask the database until fewer were revoked'"
        ]
        assert caplog.records[0].levelname == "WARNING"

    def test_are_over_when_fewer_were_revoked(self, too_many, monotonic, caplog, clock):
        before = read(None)
        clock.shift(ACCESS_LIFETIME + 2 * OVERLAP)
        monotonic.shift(FULL_READ_EVERY)

        with caplog.at_level(logging.INFO, "drf_jwt_kit"):
            assert not read(before).too_many

        assert caplog.messages[-1] == "event=feed_resumed sessions=0"
