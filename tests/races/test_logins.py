"""Logins whose user or session is being changed: nothing that they are given lives on."""

from __future__ import annotations

import time
from functools import partial
from threading import Event

import pytest

from tests.conftest import PASSWORD, SignedIn

from .together import meanwhile, together

CLIENTS = 4
LAG = 1.25
"""Seconds after which requests without a query know of every end."""


def log_in(site, user, **headers):
    return site.kit().post_json("", {"username": user.name, "password": PASSWORD}, **headers)


def given(answers):
    return [SignedIn(**answer.json()) for answer in answers if answer.status_code == 200]


def accepted(site, logins):
    """What of these tokens is accepted in any place."""
    time.sleep(LAG)
    asked = [
        ask
        for login in logins
        for ask in (
            partial(site.kit().get_with, login.access),
            partial(site.kit().get_with, login.access, "/api/stateless/"),
            partial(site.kit().refresh, login.refresh),
        )
    ]
    return [answer.status_code for answer in together(*asked) if answer.status_code == 200]


def wait_until_it_is_stored(site, user, before=0):
    """Until the login has inserted its row. SQLite lets it do so only after the change."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if site.act("count_sessions", user=user.pk)["count"] > before:
            return
        time.sleep(0.01)


@pytest.fixture(scope="module", params=["password", "deletion"])
def how(request):
    return request.param


class WhileItIsCommitted:
    """A login between a change of its user and the commit of that."""

    def __init__(self, site, how):
        self.user, hold = site.newcomer(), site.hold()
        change = partial(
            site.act, "change_in_a_transaction", user=self.user.pk, how=how, file=str(hold.file)
        )
        changing = meanwhile(change)
        hold.wait()
        logging_in = meanwhile(lambda: log_in(site, self.user))
        wait_until_it_is_stored(site, self.user)
        hold.release()
        changing.result()
        self.answer = logging_in.result()
        self.attempts = len(hold.wait())
        self.accepted = accepted(site, given([self.answer]))


@pytest.fixture(scope="module")
def overtaken(site, how):
    return WhileItIsCommitted(site, how)


class TestALoginDuringACommit:
    def test_is_refused(self, overtaken):
        """At SERIALIZABLE, PostgreSQL undoes the change instead: the project begins it again."""
        assert overtaken.answer.status_code == 401 or overtaken.attempts > 1

    def test_is_given_nothing_that_lives_on(self, overtaken):
        assert overtaken.accepted == []


class WhileItsParentEnds:
    """A login with a token, between the end of all sessions of its user and the commit of that."""

    def __init__(self, site):
        user, hold = site.newcomer(), site.hold()
        parent = site.kit().sign_in(user)
        end = partial(site.act, "change_in_a_transaction", user=user.pk, how="revocation")
        ending = meanwhile(partial(end, file=str(hold.file)))
        hold.wait()
        headers = {"Authorization": f"Bearer {parent.access}"}
        beginning = meanwhile(lambda: site.kit().post("/api/begin/", headers=headers))
        wait_until_it_is_stored(site, user, before=1)
        hold.release()
        ending.result()
        self.answer = beginning.result()
        self.attempts = len(hold.wait())
        self.accepted = accepted(site, [parent, *given([self.answer])])


@pytest.fixture(scope="module")
def begun_too_late(site):
    return WhileItsParentEnds(site)


class TestALoginWithATokenWhoseSessionIsBeingEnded:
    def test_is_refused(self, begun_too_late):
        """At the higher levels a transaction around it is undone instead: 503."""
        assert begun_too_late.answer.status_code in {401, 503} or begun_too_late.attempts > 1

    def test_is_given_nothing_that_lives_on(self, begun_too_late):
        assert begun_too_late.accepted == []


def test_a_login_that_stands_still_before_its_insert_is_refused(site):
    user, hold = site.newcomer(), site.hold()
    logging_in = meanwhile(lambda: log_in(site, user, **hold.before_write))
    hold.wait()

    site.act("change_password", user=user.pk, password="another one")
    hold.release()

    assert logging_in.result().status_code == 401


class Loop:
    """Clients that log in all the time with the old password, until it is refused."""

    def __init__(self, site):
        user = site.newcomer()
        answers, first = [], Event()

        def loop():
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                answers.append(log_in(site, user))
                first.set()
                if answers[-1].status_code == 401:
                    break

        def change():
            first.wait()
            site.act("change_password", user=user.pk, password="another one")

        together(*[loop] * CLIENTS, change)
        self.statuses = {answer.status_code for answer in answers}
        self.given = given(answers)
        self.accepted = accepted(site, self.given[-12:])


@pytest.fixture(
    scope="module", params=[1, pytest.param(20, marks=pytest.mark.long)], ids="{} rounds".format
)
def loops(request, site):
    return [Loop(site) for _ in range(request.param)]


class TestLoopingLogins:
    def test_are_answered_tokens_or_a_refusal(self, loops):
        assert set().union(*[loop.statuses for loop in loops]) <= {200, 401, 503}

    def test_have_begun_before_the_change(self, loops):
        assert any(loop.given for loop in loops)

    def test_are_given_nothing_that_lives_on(self, loops):
        assert [loop.accepted for loop in loops] == [[]] * len(loops)
