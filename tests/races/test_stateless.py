"""Requests without a query, by two worker processes and a real clock, on each database."""

import os
import signal
import time
import uuid
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

LAG = timedelta(seconds=1)
TOLERANCE = 0.25
"""Seconds, for a machine that is busy with other things."""

SETTINGS = {
    "ROOT_URLCONF": "tests.races.stateless_site",
    "MIDDLEWARE": ["tests.races.stateless_site.telling"],
}


@dataclass(frozen=True)
class Seen:
    """What one request of many met."""

    sent_at: float
    worker: str
    status: int
    queries: int


def ask(site, access, path="/api/secure/"):
    sent_at = time.monotonic()
    answer = site.kit().get_with(access, path)
    worker, queries = answer.headers["x-worker"], int(answer.headers["x-queries"])
    return Seen(sent_at, worker, answer.status_code, queries)


def ask_every_worker(site, access, path="/api/secure/"):
    """Requests until each of the two workers has answered."""
    met = {}
    while len(met) < 2:
        seen = ask(site, access, path)
        met[seen.worker] = seen
    return met


@contextmanager
def standing_still(pid):
    """The other worker answers."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def watch(site, access, seconds):
    """What a client meets that asks all the time."""
    until, met = time.monotonic() + seconds, []
    while time.monotonic() < until:
        met.append(ask(site, access))
        time.sleep(0.01)
    return met


def delays(site, tokens, act, **arguments):
    """How long after ``act`` each worker still let the token in: its last such request.

    Watched for twice the lag; a worker that refused from the start has 0.
    """
    ask_every_worker(site, tokens.access)
    site.act(act, **arguments)
    ended_at, last = time.monotonic(), defaultdict(float)
    for seen in watch(site, tokens.access, 2 * LAG.total_seconds()):
        let_in_after = seen.sent_at - ended_at if seen.status == 200 else 0
        last[seen.worker] = max(last[seen.worker], let_in_after)
    return dict(last)


@pytest.fixture(scope="module")
def revoking_site(database, serve):
    kit = {"REVOCATION_LAG": LAG}
    return serve(database, workers=2, threads=2, DRF_JWT_KIT=kit, **SETTINGS)


@pytest.fixture(scope="module", params=["revoke_user", "revoke_all"])
def measured(request, revoking_site):
    time.sleep(1)  # or this login is in the second of the last test's cut-off
    person = revoking_site.newcomer()
    arguments = {"user": person.pk} if request.param == "revoke_user" else {}
    return delays(revoking_site, revoking_site.kit().sign_in(person), request.param, **arguments)


@pytest.fixture(scope="module")
def seen(database, redis, serve):
    kit = {"REVOCATION_LAG": timedelta(seconds=5)}
    # A prefix of its own, or what another run of this has counted would be counted on.
    caches = {"default": redis.cache(f"stateless-{uuid.uuid4()}")}
    site = serve(database, workers=2, threads=2, CACHES=caches, DRF_JWT_KIT=kit, **SETTINGS)
    time.sleep(1)  # or this login is in the second of the last test's cut-off
    access = site.kit().sign_in(site.newcomer()).access
    ask_every_worker(site, access)
    seen = []
    for pid in site.worker_pids():
        with standing_still(pid):
            seen += [ask(site, access, "/api/throttled/") for _ in range(10)]
    return [*seen, ask(site, access, "/api/throttled/")]


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def away(request, empty_database, serve):
    """What is met from the moment on at which the database is killed; later it is started again."""
    database = empty_database(request.param, private=True)
    site = serve(database, workers=2, threads=2, **SETTINGS)
    access = site.kit().sign_in(site.newcomer()).access
    ask_every_worker(site, access)
    database.server.kill()
    killed_at = time.monotonic()
    met = watch(site, access, 13)
    database.server.start()
    return SimpleNamespace(killed_at=killed_at, met=met, after=watch(site, access, 3))


class TestRevocation:
    def test_is_seen_by_every_worker_within_the_lag(
        self, measured, request, database, record_property
    ):
        waited = ", ".join(f"{delay:.2f} s" for delay in sorted(measured.values()))
        act = request.node.callspec.params["measured"]
        record_property(
            "measured", f"{act} on {database.engine}: two workers let it in for {waited}"
        )

        assert len(measured) == 2
        assert max(measured.values()) < LAG.total_seconds() + TOLERANCE

    def test_is_seen_at_once_by_the_worker_that_did_it(self, measured):
        assert min(measured.values()) == 0


class TestQueries:
    """Through the mixin, IsAuthenticated, and a throttle that both workers share in Redis."""

    def test_are_none_in_any_worker(self, seen):
        assert len({one.worker for one in seen}) == 2
        assert {one.queries for one in seen} == {0}

    def test_are_not_needed_by_a_throttle_that_counts_for_all_workers(self, seen):
        assert [one.status for one in seen] == [200] * 20 + [429]


@pytest.mark.long
class TestDatabaseAway:
    def test_requests_go_on_for_nearly_ten_seconds(self, away):
        early = [one.status for one in away.met if one.sent_at < away.killed_at + 8.5]

        assert set(early) == {200}

    def test_nobody_is_let_in_ten_seconds_after_the_database_went_away(self, away):
        late = [one.status for one in away.met if one.sent_at > away.killed_at + 10]

        assert set(late) == {503}

    def test_no_request_waits_for_it(self, away):
        sent = [one.sent_at for one in away.met]
        longest = max(after - before for before, after in pairwise(sent))

        assert longest < 1

    def test_requests_are_answered_again_when_it_is_back(self, away):
        assert away.after[-1].status == 200
