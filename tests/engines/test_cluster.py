"""Three nodes that take writes: what holds on one database holds on all of them together."""

from contextlib import ExitStack
from functools import partial

import pytest

from tests.conftest import SignedIn, claims_of
from tests.faults.burst import Burst
from tests.races.together import together

pytestmark = pytest.mark.long

CLIENTS = 16


def refreshed_together(sites, token):
    """What sixteen clients are answered who present one token at once, at all nodes."""
    kits = [sites.turn(number).kit() for number in range(CLIENTS)]
    return together(*[partial(kit.refresh, token) for kit in kits])


@pytest.fixture(scope="module")
def rounds(sites):
    """Thirty logins at all nodes, whose tokens are presented at all nodes at once."""
    user = sites.newcomer()
    tokens = [sites.turn(number).kit().sign_in(user).refresh for number in range(30)]
    return [refreshed_together(sites, token) for token in tokens]


class TestOneTokenAtAllNodes:
    def test_every_answer_is_good(self, rounds):
        statuses = [answer.status_code for answers in rounds for answer in answers]

        assert statuses == [200] * CLIENTS * len(rounds)

    def test_all_answers_of_a_token_are_of_one_generation(self, rounds):
        generations = [
            {claims_of(answer.json()["refresh"])["gen"] for answer in answers} for answers in rounds
        ]

        assert generations == [{1}] * len(rounds)


@pytest.fixture(scope="module")
def newest(sites):
    """The newest tokens of a session whose first one has come back at a third node."""
    login = sites.first.kit().sign_in(sites.newcomer())
    newest = sites.second.kit().rotate(login.refresh)
    session = claims_of(login.refresh)["sid"]
    sites.cluster.settle()
    sites.third.act("time_passes", session=session, seconds=60)
    assert sites.third.kit().refresh(login.refresh).status_code == 401
    sites.cluster.settle()
    return newest


class TestReplayAtAnotherNode:
    def test_ends_the_session_at_every_node(self, sites, newest):
        kits = [site.kit() for site in sites.all]

        answers = [kit.refresh(newest.refresh) for kit in kits]
        answers += [kit.get_with(newest.access) for kit in kits]

        assert [answer.status_code for answer in answers] == [401] * 6

    def test_is_told_once(self, sites, newest):
        session = claims_of(newest.refresh)["sid"]

        told = [site.events(event="reused", session=session) for site in sites.all]

        assert sum(map(len, told)) == 1


def test_the_check_warns_unless_statements_wait(sites):
    said = {site.act("check_database")["ids"].count("drf_jwt_kit.W060") for site in sites.all}

    assert said == {0 if sites.sync_wait == 3 else 1}


class TestNodesThatFail:
    @pytest.fixture
    def bursts(self, sites):
        return [
            Burst(sites.turn(number), clients=clients) for number, clients in enumerate((6, 5, 5))
        ]

    def test_a_killed_node_shows_only_200_and_503_and_loses_no_session(self, sites, bursts):
        with ExitStack() as stack:
            for burst in bursts:
                stack.enter_context(burst)
            bursts[0].passes(50)
            sites.cluster.nodes[2].kill()
            bursts[0].passes(200)
            sites.cluster.nodes[2].recover()
            sites.cluster.settle()
            bursts[2].passes(100)

        assert set().union(*[burst.statuses for burst in bursts]) <= {200, 503}
        assert [burst.lost() for burst in bursts] == [[]] * 3

    def test_a_node_that_stands_still_and_wakes_shows_only_200_and_503(self, sites, bursts):
        with ExitStack() as stack:
            for burst in bursts:
                stack.enter_context(burst)
            bursts[0].passes(50)
            sites.cluster.nodes[2].pause()
            bursts[0].passes(500)
            sites.cluster.nodes[2].wake()
            bursts[2].passes(100)

        assert set().union(*[burst.statuses for burst in bursts]) <= {200, 503}
        assert [burst.lost() for burst in bursts] == [[]] * 3

    def test_each_client_of_a_dead_node_goes_on_at_another(self, sites):
        tokens = [sites.third.kit().sign_in(sites.newcomer()) for _ in range(CLIENTS)]
        sites.cluster.nodes[2].kill()

        answers = [sites.first.kit().refresh(login.refresh) for login in tokens]
        sites.cluster.nodes[2].recover()
        sites.cluster.settle()

        assert [answer.status_code for answer in answers] == [200] * CLIENTS
        assert SignedIn(**answers[0].json()).access
