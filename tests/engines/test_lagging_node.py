"""A node that has not heard yet of what was committed at another: it never says no for that, and
never says yes to what it has not done."""

from __future__ import annotations

import time
import uuid
from functools import partial

import pytest

from tests.conftest import claims_of, forge
from tests.races.together import meanwhile, together

from .galera import CAUSAL_READ_TIMEOUT
from .sites import sites_at

pytestmark = pytest.mark.long

SHORTLY = 0.5
"""Seconds that the second node lags in these tests: less than a causal read waits."""


def bearer(login):
    return {"Authorization": f"Bearer {login.access}"}


def is_over(sites, login):
    """Whether no node accepts the session any more."""
    sites.cluster.settle()
    answers = [site.kit().get_with(login.access).status_code for site in sites.all]
    answers += [site.kit().refresh(login.refresh).status_code for site in sites.all]
    return answers == [401] * 6


ENDS = {
    "refresh token": lambda kit, login: kit.logout(login.refresh),
    "access token": lambda kit, login: kit.post_json("logout/", {}, **bearer(login)),
    "logout everywhere": lambda kit, login: kit.post_json("logout/all/", {}, **bearer(login)),
    "by its id": lambda kit, login: kit.delete(
        f"/api/token/sessions/{claims_of(login.access)['sid']}/", headers=bearer(login)
    ),
}


@pytest.fixture(params=ENDS)
def end(request):
    return ENDS[request.param]


@pytest.fixture
def user(sites):
    return sites.newcomer()


@pytest.fixture
def unheard(sites, user):
    """``unheard(work)``: what a client of the second node is answered that uses a login of which
    that node hears only half a second later; and the login."""

    def use(work):
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            login = sites.first.kit().sign_in(user)
            answer = meanwhile(lambda: work(sites.second.kit(), login))
            time.sleep(SHORTLY)
        return answer.result(), login

    return use


class TestEnd:
    def test_an_end_that_is_answered_with_success_has_happened(self, sites, unheard, end):
        answer, login = unheard(end)

        assert answer.status_code in {200, 204}
        assert is_over(sites, login)

    def test_an_end_is_no_success_while_the_node_does_not_catch_up(self, sites, user, end):
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            login = sites.first.kit().sign_in(user)
            answer = meanwhile(lambda: end(sites.second.kit(), login))
            time.sleep(CAUSAL_READ_TIMEOUT + 1)

        assert answer.result().status_code == 503
        assert not is_over(sites, login)

    def test_an_end_of_all_sessions_reaches_those_that_the_node_has_not_heard_of(self, sites, user):
        known = sites.second.kit().sign_in(user)
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            unknown = sites.first.kit().sign_in(user)
            ended = meanwhile(
                lambda: sites.second.kit().post_json("logout/all/", {}, **bearer(known))
            )
            time.sleep(SHORTLY)

        assert ended.result().json() == {"ended": 2}
        assert is_over(sites, known)
        assert is_over(sites, unknown)

    def test_sixteen_ends_at_once_are_good_and_have_happened(self, sites, user):
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            logins = [sites.first.kit().sign_in(user) for _ in range(16)]
            works = [partial(sites.second.kit().logout, login.refresh) for login in logins]
            answers = meanwhile(lambda: together(*works))
            time.sleep(SHORTLY)

        assert [answer.status_code for answer in answers.result()] == [200] * 16
        assert [is_over(sites, login) for login in logins] == [True] * 16


class TestFreshToken:
    @pytest.mark.parametrize("path", ["/api/secure/", "/api/plain/", "/api/token/sessions/"])
    def test_is_accepted_where_its_login_is_not_known_yet(self, unheard, path):
        answer, _ = unheard(lambda kit, login: kit.get_with(login.access, path))

        assert answer.status_code == 200

    def test_can_be_refreshed_there(self, unheard):
        answer, _ = unheard(lambda kit, login: kit.refresh(login.refresh))

        assert answer.status_code == 200

    def test_can_be_verified_there(self, unheard):
        answer, _ = unheard(lambda kit, login: kit.verify(login.refresh))

        assert answer.status_code == 200

    def test_can_be_given_a_name_there(self, unheard):
        answer, _ = unheard(
            lambda kit, login: kit.patch(
                f"/api/token/sessions/{claims_of(login.access)['sid']}/",
                {"name": "My phone"},
                headers=bearer(login),
            )
        )

        assert answer.status_code == 200

    def test_is_503_and_no_refusal_while_the_node_does_not_catch_up(self, sites, user):
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            login = sites.first.kit().sign_in(user)
            kit = sites.second.kit()
            answers = together(
                partial(kit.get_with, login.access), partial(kit.refresh, login.refresh)
            )

        assert [answer.status_code for answer in answers] == [503, 503]
        assert sites.first.kit().refresh(login.refresh).status_code == 200


class TestTokenAheadOfItsRow:
    def test_is_refreshed_once_the_node_has_heard_of_it_and_is_no_alarm(self, sites, user):
        login = sites.first.kit().sign_in(user)
        session = claims_of(login.refresh)["sid"]
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            newer = sites.first.kit().rotate(login.refresh)
            answer = meanwhile(lambda: sites.second.kit().refresh(newer.refresh))
            time.sleep(SHORTLY)

        assert answer.result().status_code == 200
        assert sites.second.events(event="refused", session=session) == []

    def test_is_503_while_the_node_does_not_catch_up(self, sites, user):
        login = sites.first.kit().sign_in(user)
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            newer = sites.first.kit().rotate(login.refresh)
            answer = sites.second.kit().refresh(newer.refresh)

        assert answer.status_code == 503
        assert sites.second.kit().refresh(newer.refresh).status_code == 200

    def test_is_an_alarm_where_no_node_knows_its_generation(self, sites, user):
        login = sites.first.kit().sign_in(user)
        sites.cluster.settle()
        session = claims_of(login.refresh)["sid"]
        jti = sites.second.act("jti", session=session, generation=7)["jti"]

        answer = sites.second.kit().refresh(forge(login.refresh, gen=7, jti=jti))

        assert answer.status_code == 401
        assert len(sites.second.events(event="refused", session=session, verdict="ahead")) == 1


class TestInventedSession:
    def test_is_refused_once_the_node_has_caught_up(self, sites, user):
        login = sites.second.kit().sign_in(user)
        forged = [forge(login.access, sid=str(uuid.uuid4())) for _ in range(50)]

        answers = [sites.second.kit().get_with(token) for token in forged]

        assert {answer.status_code for answer in answers} == {401}

    def test_keeps_nobody_out_who_is_known(self, sites, user):
        login = sites.second.kit().sign_in(user)
        forged = [forge(login.access, sid=str(uuid.uuid4())) for _ in range(40)]
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            works = [partial(sites.second.kit().get_with, token) for token in forged]
            answers = meanwhile(lambda: together(*works))
            honest = sites.second.kit().get_with(login.access).status_code
            refused = {answer.status_code for answer in answers.result()}

        assert refused == {503}
        assert honest == (503 if sites.sync_wait else 200)


class TestUserThatChanges:
    @pytest.mark.parametrize(
        "change",
        [
            lambda site, user: site.act("change_password", user=user.pk, password="another one"),
            lambda site, user: site.act("delete_user", user=user.pk),
        ],
        ids=["password", "deletion"],
    )
    def test_ends_the_sessions_that_the_node_has_not_heard_of(self, sites, user, change):
        with sites.cluster.lagging(sites.cluster.nodes[1]):
            login = sites.first.kit().sign_in(user)
            changed = meanwhile(lambda: change(sites.second, user))
            time.sleep(SHORTLY)
        changed.result()

        sites.cluster.settle()
        assert sites.first.row(claims_of(login.access)["sid"])["revoked"]


@pytest.fixture(scope="module")
def atomic(galera, tmp_path_factory):
    """Sites whose own views and acts run in a transaction each, in which no statement waits."""
    with sites_at(galera, tmp_path_factory, sync_wait=0, ATOMIC_REQUESTS=True) as sites:
        yield sites


class TestInsideATransactionOfTheProject:
    def test_a_fresh_token_is_accepted(self, atomic):
        user = atomic.newcomer()
        with atomic.cluster.lagging(atomic.cluster.nodes[1]):
            login = atomic.first.kit().sign_in(user)
            answer = meanwhile(
                lambda: atomic.second.kit().get_with(login.access, "/api/plain/").status_code
            )
            time.sleep(SHORTLY)

        assert answer.result() == 200

    @pytest.mark.parametrize("end", ["revoke", "revoke_user", "delete_user"])
    def test_an_end_has_happened(self, atomic, end):
        user = atomic.newcomer()
        with atomic.cluster.lagging(atomic.cluster.nodes[1]):
            login = atomic.first.kit().sign_in(user)
            session = claims_of(login.access)["sid"]
            whom = {"session": session} if end == "revoke" else {"user": user.pk}
            ended = meanwhile(lambda: atomic.second.act(end, **whom))
            time.sleep(SHORTLY)
        ended.result()

        atomic.cluster.settle()
        assert atomic.first.row(session)["revoked"]

    def test_a_refresh_is_good(self, atomic):
        user = atomic.newcomer()
        with atomic.cluster.lagging(atomic.cluster.nodes[1]):
            login = atomic.first.kit().sign_in(user)
            refreshed = meanwhile(
                lambda: atomic.second.act(
                    "refresh_in_a_transaction", token=login.refresh, commits=True
                )
            )
            time.sleep(SHORTLY)

        assert refreshed.result() == {"refused": False}
