"""A session ends while its tokens are being refreshed: nothing that is handed out outlives it."""

from __future__ import annotations

from functools import partial

import pytest

from tests.conftest import SignedIn, claims_of

from .together import meanwhile, together


def log_out(site, user, logins):
    together(*[partial(site.kit().logout, login.refresh) for login in logins])


def end_in_admin(site, user, logins):
    together(*[partial(site.act, "end_in_admin", session=session_of(login)) for login in logins])


def change_password(site, user, logins):
    site.act("change_password", user=user.pk, password="another one")


def delete_user(site, user, logins):
    site.act("delete_user", user=user.pk)


ENDS = {
    log_out: "logout",
    end_in_admin: "by_admin",
    change_password: "password_changed",
    delete_user: "user_gone",
}


@pytest.fixture(scope="module", params=ENDS, ids=lambda end: end.__name__)
def end(request):
    return request.param


def session_of(login):
    return claims_of(login.refresh)["sid"]


def given(answers):
    """What those that were answered got."""
    return [SignedIn(**answer.json()) for answer in answers if answer.status_code == 200]


def tries(site, logins):
    """What every use of these tokens is answered."""
    asked = [partial(site.kit().refresh, login.refresh) for login in logins]
    asked += [partial(site.kit().get_with, login.access) for login in logins]
    return {answer.status_code for answer in together(*asked)}


class InFlight:
    """Three refreshes that stand still in known places while their sessions end."""

    def __init__(self, site, end):
        self.site, self.user = site, site.newcomer()
        self.unwritten, self.written, self.repeating = self.logins = [
            site.kit().sign_in(self.user) for _ in range(3)
        ]
        site.kit().rotate(self.repeating.refresh)
        hold = site.hold()
        refreshes = meanwhile(
            lambda: together(
                partial(site.kit().refresh, self.unwritten.refresh, **hold.before_write),
                partial(site.kit().refresh, self.written.refresh, **hold.after_write),
                partial(site.kit().refresh, self.repeating.refresh, **hold.before_write),
            )
        )
        hold.wait(3)
        end(site, self.user, self.logins)
        hold.release()
        self.answers = refreshes.result()


@pytest.fixture(scope="module")
def in_flight(site, end):
    return InFlight(site, end)


class TestRefreshInFlight:
    def test_is_refused_if_it_has_not_written(self, in_flight):
        assert in_flight.answers[0].status_code == 401
        assert in_flight.site.row(session_of(in_flight.unwritten))["generation"] == 0

    def test_may_answer_if_it_has_written_or_need_not(self, in_flight):
        assert [answer.status_code for answer in in_flight.answers[1:]] == [200, 200]

    def test_hands_out_what_is_dead_on_arrival(self, site, in_flight):
        assert tries(site, given(in_flight.answers)) == {401}

    def test_changes_nothing_for_the_tokens_before_it(self, site, in_flight):
        assert tries(site, in_flight.logins) == {401}

    def test_leaves_the_rows_ended_for_that_reason(self, site, in_flight, end):
        reasons = [site.row(session_of(login))["reason"] for login in in_flight.logins]

        assert reasons == [ENDS[end]] * 3


class Scramble:
    """Six refreshes and the end of their session, begun at one moment."""

    def __init__(self, site, end):
        user = site.newcomer()
        login = site.kit().sign_in(user)

        def end_and_try_again():
            site.act("ready")  # a head start for the others, or the end is often the first
            end(site, user, [login])
            return [site.kit().refresh(login.refresh), site.kit().get_with(login.access)]

        def refresh():
            return [site.kit().refresh(login.refresh)]

        *refreshed, ended = together(*[refresh] * 6, end_and_try_again)
        self.afterwards = {answer.status_code for answer in ended}
        self.statuses = {answer.status_code for (answer,) in refreshed}
        self.handed_out = given([answer for (answer,) in refreshed])
        self.row = site.row(session_of(login))


@pytest.fixture(
    scope="module", params=[1, pytest.param(20, marks=pytest.mark.long)], ids="{} rounds".format
)
def scrambles(request, site, end):
    return [Scramble(site, end) for _ in range(request.param)]


class TestScramble:
    def test_answers_tokens_or_a_refusal(self, scrambles):
        assert set().union(*[scramble.statuses for scramble in scrambles]) <= {200, 401}

    def test_accepts_nothing_once_the_end_is_answered(self, scrambles):
        assert [scramble.afterwards for scramble in scrambles] == [{401}] * len(scrambles)

    def test_hands_out_what_is_dead_on_arrival(self, site, scrambles):
        handed_out = [login for scramble in scrambles for login in scramble.handed_out]

        assert tries(site, handed_out) <= {401}

    def test_leaves_the_rows_ended_for_that_reason(self, scrambles, end):
        assert {scramble.row["reason"] for scramble in scrambles} == {ENDS[end]}
