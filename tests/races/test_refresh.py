"""Sixteen clients refresh with one token at once, on each database and isolation level."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from tests.conftest import claims_of

from .together import meanwhile, together

CLIENTS = 16
AT_ONCE = 4
"""So many requests stand between reading and writing in each round: one worker's threads."""
WINS, REPEATS = 1, CLIENTS - 1


class Contest:
    """So many rounds of it, each with a new session, and what came of them."""

    def __init__(self, site, rounds):
        self.rounds = rounds
        self.statuses = Counter()
        self.generations, self.went_on = [], Counter()
        before = self._counted(site)
        for _ in range(rounds):
            self._one_round(site)
        self.counted = self._counted(site) - before

    def _one_round(self, site):
        tokens, hold = site.kit().sign_in(site.newcomer()), site.hold()
        refresh = partial(site.kit().refresh, tokens.refresh, **hold.before_write)
        contest = meanwhile(lambda: together(*[refresh] * CLIENTS))
        hold.wait(AT_ONCE)
        hold.release()
        answers = contest.result()

        self.statuses.update(answer.status_code for answer in answers)
        given = [answer.json() for answer in answers if answer.status_code == 200]
        seen = {claims_of(pair["refresh"])["gen"] for pair in given}
        stored = site.row(claims_of(tokens.refresh)["sid"])["generation"]
        self.generations.append((seen, stored))
        nexts = together(*[partial(site.kit().refresh, pair["refresh"]) for pair in given])
        self.went_on.update(answer.status_code for answer in nexts)
        self.went_on[site.kit().get_with(given[-1]["access"]).status_code] += 1

    @staticmethod
    def _counted(site):
        events = site.events()
        return Counter(
            {
                "won": sum(event["event"] == "refreshed" for event in events),
                "repeated": sum(event["event"] == "duplicate" for event in events),
                "overtaken": sum(event["event"] == "retried" for event in events),
            }
        )


@pytest.fixture(
    scope="module", params=[2, pytest.param(50, marks=pytest.mark.long)], ids="{} rounds".format
)
def contest(request, site):
    return Contest(site, request.param)


def test_every_refresh_of_one_token_is_answered(contest):
    assert contest.statuses == {200: contest.rounds * CLIENTS}


def test_all_answers_carry_the_one_generation_that_was_written(contest):
    assert contest.generations == [({1}, 1)] * contest.rounds


def test_every_client_can_go_on(contest):
    assert contest.went_on == {200: contest.rounds * (CLIENTS + 1)}


def test_one_request_of_each_round_wins_and_the_others_repeat_its_answer(contest):
    afterwards = contest.rounds * CLIENTS

    assert contest.counted["won"] == contest.rounds * WINS
    assert contest.counted["repeated"] == contest.rounds * REPEATS + afterwards


def test_requests_overlapped_between_reading_and_writing(contest):
    assert contest.counted["overtaken"] >= contest.rounds * (AT_ONCE - 1)


def test_it_was_run_at_that_isolation_level(site, request):
    _, level, _ = request.node.callspec.params["site"]
    expected = level or "serializable"

    assert site.act("isolation_level") == {"alone": expected, "in_transaction": expected}
