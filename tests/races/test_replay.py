"""An old refresh token comes back: its session ends, in every process and for good."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pytest

from tests.conftest import SignedIn, claims_of

from .conftest import modes
from .together import meanwhile, together

# Left out: SQLite, and MariaDB at SERIALIZABLE. There, whoever has read a row in a transaction
# keeps all others from changing it.
SEEING_ANEW = modes(
    ("postgresql", "read committed"), ("mariadb", "read committed"), ("mariadb", "repeatable read")
)
ABORTING = modes(("postgresql", "repeatable read"), ("postgresql", "serializable"))


@dataclass(frozen=True)
class Stolen:
    """A session whose first refresh token was exchanged by its owner some time ago."""

    session: str
    old: str
    current: SignedIn


@pytest.fixture
def stolen(site):
    login = site.kit().sign_in(site.newcomer())
    session, current = claims_of(login.refresh)["sid"], site.kit().rotate(login.refresh)
    site.act("time_passes", session=session, seconds=11)
    return Stolen(session, login.refresh, current)


def signals(site, session, name):
    return site.events(event="signal", signal=name, session=session)


class TestReplay:
    def test_ends_the_session_as_a_new_connection_sees_it(self, site, stolen):
        assert site.kit().refresh(stolen.old).status_code == 401

        assert site.row(stolen.session)["reason"] == "reused"
        assert site.kit().get_with(stolen.current.access).status_code == 401
        assert site.kit().refresh(stolen.current.refresh).status_code == 401

    def test_a_replay_by_ten_clients_together_is_told_once(self, site, stolen):
        answers = together(*[partial(site.kit().refresh, stolen.old)] * 10)

        assert {answer.status_code for answer in answers} == {401}
        assert len(signals(site, stolen.session, "refresh_reused")) == 1
        assert len(signals(site, stolen.session, "session_revoked")) == 1

    def test_a_replay_beside_its_owner_leaves_the_session_ended(self, site, stolen):
        owner = partial(site.kit().refresh, stolen.current.refresh)
        thief = partial(site.kit().refresh, stolen.old)

        together(*[owner, thief] * 5)

        assert site.row(stolen.session)["reason"] == "reused"
        assert site.kit().refresh(stolen.current.refresh).status_code == 401


class TestReplayInsideATransactionOfTheProject:
    def test_ends_the_session_as_soon_as_that_commits(self, site, stolen):
        assert site.act("refresh_in_a_transaction", token=stolen.old, commits=True)["refused"]

        assert site.row(stolen.session)["reason"] == "reused"
        assert len(signals(site, stolen.session, "refresh_reused")) == 1

    def test_leaves_it_alive_if_that_is_rolled_back(self, site, stolen):
        assert site.act("refresh_in_a_transaction", token=stolen.old, commits=False)["refused"]

        assert site.kit().refresh(stolen.current.refresh).status_code == 200
        assert signals(site, stolen.session, "refresh_reused") == []

    @pytest.mark.parametrize("site", SEEING_ANEW, indirect=True, scope="session")
    def test_is_found_though_the_transaction_began_before_the_exchange(self, site):
        session, answer = replay_in_an_older_view(site)

        assert (answer.status_code, answer.json()) == (200, {"refused": True})
        assert site.row(session)["reason"] == "reused"

    @pytest.mark.parametrize("site", ABORTING, indirect=True, scope="session")
    def test_asks_for_a_new_transaction_where_the_database_does(self, site):
        session, answer = replay_in_an_older_view(site)

        assert answer.status_code == 503
        assert site.row(session)["generation"] == 1


@pytest.mark.parametrize(
    "site", modes(("mariadb", "repeatable read")), indirect=True, scope="session"
)
def test_a_login_after_the_beginning_of_a_transaction_is_not_that_of_a_deleted_user(site):
    user, hold = site.newcomer(), site.hold()
    facts = {"file": str(hold.file)}
    answer = meanwhile(partial(site.kit().post, "/acts/refresh_of_a_later_login/", facts))
    hold.wait()
    login = site.kit().sign_in(user)
    unfinished = hold.file.with_suffix(".new")
    unfinished.write_text(login.refresh)
    unfinished.rename(hold.file)

    assert answer.result().json() == {"refused": False}
    assert site.kit().get_with(login.access).status_code == 200


def replay_in_an_older_view(site):
    """Present a token in a transaction that has read its row before the owner exchanged it."""
    login, hold = site.kit().sign_in(site.newcomer()), site.hold()
    session = claims_of(login.refresh)["sid"]
    facts = {"token": login.refresh, "session": session, "file": str(hold.file)}
    answer = meanwhile(partial(site.kit().post, "/acts/refresh_in_an_older_view/", facts))
    hold.wait()
    site.kit().rotate(login.refresh)
    site.act("time_passes", session=session, seconds=11)
    hold.release()
    return session, answer.result()
