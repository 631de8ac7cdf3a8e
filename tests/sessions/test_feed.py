"""When a process asks again what was revoked, who waits, and when it lets nobody in."""

import subprocess
import sys
import threading
import time

import pytest
from django.db import ProgrammingError

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.sessions import feed as module
from drf_jwt_kit.sessions.feed import FAIL_CLOSED_AFTER, Feed
from drf_jwt_kit.sessions.revocations import Revocations
from tests.child import environment
from tests.conftest import NOON

LAG = 1.0


class Table:
    """Stands for the database: it counts its readers, and may be away or slow."""

    def __init__(self, clock):
        self.clock, self.reads, self.fault = clock, 0, None

    def __call__(self, before):
        self.reads += 1
        if self.fault is not None:
            raise self.fault
        return Revocations(
            older=frozenset(),
            recent=frozenset({f"read {self.reads}"}),
            recent_since=NOON,
            valid_after=None,
            complete_since=0.0,
            asked_at=NOON,
            read_at=self.clock(),
            read_fully_at=0.0,
        )


@pytest.fixture
def table(monotonic):
    return Table(monotonic)


@pytest.fixture
def feed(table):
    return Feed(table)


def known(feed, lag=LAG):
    (entry,) = feed.recent(lag).recent
    return entry


class TestWhenItReads:
    def test_is_at_the_first_question(self, feed):
        assert known(feed) == "read 1"

    def test_is_not_again_within_the_lag(self, feed, monotonic):
        known(feed)
        monotonic.shift(0.999)

        assert known(feed) == "read 1"

    def test_is_again_when_the_lag_has_passed(self, feed, monotonic):
        known(feed)
        monotonic.shift(1)

        assert known(feed) == "read 2"

    def test_is_at_every_question_without_a_lag(self, feed):
        assert [known(feed, 0), known(feed, 0)] == ["read 1", "read 2"]

    def test_is_again_at_once_after_a_revocation_by_this_process(self, feed):
        known(feed)
        feed.expire()

        assert [known(feed), known(feed)] == ["read 2", "read 2"]

    def test_is_again_when_a_test_has_turned_the_clock_back(self, feed, monotonic):
        known(feed)
        monotonic.shift(-3600)

        assert known(feed) == "read 2"


class TestDatabaseAway:
    @pytest.fixture
    def away(self, feed, table, monotonic):
        """Known once, a lag ago; since then the database does not answer."""
        known(feed)
        monotonic.shift(LAG)
        table.fault = ServiceUnavailable()

    def test_what_is_known_serves_on(self, feed, away):
        assert known(feed) == "read 1"

    def test_is_not_asked_more_often_than_the_lag(self, feed, table, away, monotonic):
        known(feed)
        monotonic.shift(LAG / 2)
        known(feed)
        assert table.reads == 2
        monotonic.shift(LAG / 2)
        known(feed)

        assert table.reads == 3

    def test_a_database_away_for_ten_seconds_lets_nobody_in(self, feed, away, monotonic):
        monotonic.shift(FAIL_CLOSED_AFTER - LAG)

        with pytest.raises(ServiceUnavailable):
            feed.recent(LAG)

    def test_the_feed_still_serves_just_under_ten_seconds(self, feed, away, monotonic):
        monotonic.shift(FAIL_CLOSED_AFTER - LAG - 0.001)

        assert known(feed) == "read 1"

    def test_a_database_away_from_the_start_lets_nobody_in(self, feed, table):
        table.fault = ServiceUnavailable()

        with pytest.raises(ServiceUnavailable):
            feed.recent(LAG)

    def test_a_database_that_is_back_is_asked_after_the_lag(self, feed, table, away, monotonic):
        known(feed)
        table.fault = None
        monotonic.shift(LAG)

        assert known(feed) == "read 3"

    def test_is_told_apart_from_a_mistake(self, feed, table):
        table.fault = ProgrammingError("syntax error")

        with pytest.raises(ProgrammingError):
            feed.recent(LAG)


class TestThreads:
    """Real ones: one reads, and the others wait for it."""

    @pytest.fixture
    def slow(self, table):
        """The table, which answers when it is told to."""
        table.asked, table.answers = threading.Event(), threading.Event()
        answer = table.__call__

        def wait(before):
            table.asked.set()
            assert table.answers.wait(10)
            return answer(before)

        table.feed = Feed(wait)
        yield table
        table.answers.set()

    def ask(self, table, into):
        thread = threading.Thread(target=lambda: into.append(known(table.feed)))
        thread.start()
        return thread

    def test_wait_for_the_one_that_reads(self, slow):
        answers = []
        threads = [self.ask(slow, answers) for _ in range(4)]
        slow.asked.wait(10)
        assert answers == []

        slow.answers.set()
        [thread.join() for thread in threads]

        assert answers == ["read 1"] * 4

    def test_do_not_wait_for_one_that_hangs(self, slow, monotonic, monkeypatch):
        monkeypatch.setattr(module, "PATIENCE", 0)
        reading = self.ask(slow, [])
        slow.asked.wait(10)

        with pytest.raises(ServiceUnavailable):
            slow.feed.recent(LAG)

        slow.answers.set()
        reading.join()

    def test_wait_no_longer_for_one_that_has_hung_for_two_seconds(self, slow, monotonic):
        reading = self.ask(slow, [])
        slow.asked.wait(10)
        monotonic.shift(module.PATIENCE)
        began = time.monotonic()

        with pytest.raises(ServiceUnavailable):
            slow.feed.recent(LAG)

        assert time.monotonic() - began < module.PATIENCE / 2
        slow.answers.set()
        reading.join()

    def test_go_on_with_what_is_known_while_one_hangs(self, slow, monotonic, monkeypatch):
        slow.answers.set()
        known(slow.feed)
        monotonic.shift(LAG)
        slow.asked.clear(), slow.answers.clear()
        monkeypatch.setattr(module, "PATIENCE", 0)
        reading = self.ask(slow, [])
        slow.asked.wait(10)

        assert known(slow.feed) == "read 1"

        slow.answers.set()
        reading.join()

    def test_a_revocation_during_a_read_makes_the_next_question_read(self, slow):
        reading = self.ask(slow, [])
        slow.asked.wait(10)
        slow.feed.expire()
        slow.answers.set()
        reading.join()

        assert known(slow.feed) == "read 2"


@pytest.mark.skipif(not hasattr(module.os, "register_at_fork"), reason="no processes by fork here")
def test_a_forked_worker_starts_with_locks_of_its_own():
    script = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from drf_jwt_kit.sessions import feed
feed._feeds["held"] = held = feed.Feed(None)
held._lock.acquire()
if child := os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
os._exit(len(feed._feeds))
"""
    answer = subprocess.run([sys.executable, "-c", script], env=environment(), check=False)

    assert answer.returncode == 0
