"""What the explorer has found, over HTTP on real databases: what was mended, and what is left.

The histories are those of ``worlds.py``. A clock is not waited for: the row is moved into the past.
"""

from __future__ import annotations

import pytest

from tests.conftest import claims_of
from tests.flows.device import Device
from tests.races.together import meanwhile

from .page import ACCESS, REFRESH, Page, jar_of

KEY, MORE_THAN_A_LEEWAY = "0123456789abcdef", 11


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def site(request, empty_database, serve):
    database = empty_database(request.param)
    return serve(database, workers=2, threads=4, ROOT_URLCONF="tests.races.cookie_site")


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def binding_site(request, empty_database, serve):
    database, urls = empty_database(request.param), "tests.races.cookie_site"
    kit = {"DEVICE_BOUND": True}
    return serve(database, workers=2, threads=4, ROOT_URLCONF=urls, DRF_JWT_KIT=kit)


@pytest.fixture
def page(site):
    """A browser that is logged in."""
    page = Page(site, site.newcomer())
    page.log_in()
    return page


@pytest.fixture
def wait(site, page):
    """Time passes for the session that the browser had at the beginning."""
    sid = page.sid
    return lambda seconds: site.act("time_passes", session=sid, seconds=seconds)


@pytest.fixture
def reason(site, page):
    """Why that session has ended, if it has."""
    sid = page.sid
    return lambda: site.row(sid)["reason"]


class TestALateAnswerOfTheGenerationThatWasPresented:
    """Tab 2 is answered "current again" just before the leeway ends; tab 3 rotates just after, and
    its answer is faster."""

    @pytest.fixture(autouse=True)
    def _overtaken(self, site, page, wait):
        page.hear(page.refresh())
        wait(7)
        hold = site.hold()
        late = meanwhile(lambda: page.refresh(**hold.before_write))
        hold.wait()
        wait(4)
        page.hear(page.refresh())
        hold.release()
        self.late = page.hear(late.result())

    def test_says_so_and_sets_an_access_cookie_alone(self):
        assert self.late.status == 200
        assert set(jar_of(self.late)) == {ACCESS}

    def test_leaves_the_newer_token_in_the_cookie(self, page):
        assert page.generation == 2

    def test_logs_nobody_out(self, page, wait, reason):
        wait(MORE_THAN_A_LEEWAY)

        assert page.refresh().status == 200
        assert reason() == ""


class TestALostAnswer:
    def test_is_collected_by_its_key_three_hours_later(self, page, wait, reason):
        page.refresh(Idempotency_Key=KEY)
        wait(3 * 3600)

        answer = page.hear(page.refresh(Idempotency_Key=KEY))

        assert (answer.status, page.generation, reason()) == (200, 2, "")

    def test_collected_all_night_by_a_thief_of_token_and_key_is_found_in_the_morning(
        self, page, wait, reason
    ):
        stolen = dict(page.jar)
        page.hear(page.refresh(Idempotency_Key=KEY))
        statuses = []
        for _ in range(5):
            wait(3600)
            statuses.append(page.refresh(stolen, Idempotency_Key=KEY).status)

        assert statuses == [200] * 5
        assert (page.refresh().status, reason()) == (401, "reused")

    def test_collected_by_owner_and_thief_in_turn_is_found(self, page, wait, reason):
        stolen = dict(page.jar)
        page.refresh(Idempotency_Key=KEY)  # its answer is lost
        wait(3600)
        thief = Page(page.site, page.person)
        thief.hear(page.refresh(stolen, Idempotency_Key=KEY))
        wait(3600)
        page.hear(page.refresh(Idempotency_Key=KEY))
        wait(MORE_THAN_A_LEEWAY)

        assert (thief.refresh().status, reason()) == (401, "reused")


class TestABoundBrowser:
    @pytest.fixture
    def site(self, binding_site):
        return binding_site

    def test_goes_on_after_any_number_of_lost_answers_hours_apart(self, page, wait, reason):
        page.bind(page.login)
        statuses = []
        for _ in range(3):
            statuses.append(page.renew().status)
            wait(3600)

        assert statuses == [200] * 3
        assert (page.hear(page.renew()).status, page.generation, reason()) == (200, 4, "")

    def test_is_answered_twice_if_it_renews_twice_at_once(self, page):
        page.bind(page.login)

        twice = [meanwhile(page.renew), meanwhile(page.renew)]

        assert [claims_of(jar_of(one.result())[REFRESH])["gen"] for one in twice] == [1, 1]

    def test_is_refused_without_its_key_and_goes_on_once_it_has_it_again(self, page):
        page.bind(page.login)
        kept, page.device = page.device, Device()
        refused = page.hear(page.renew())
        page.device = kept

        assert (refused.status, refused.body["reason"]) == (401, "proof_required")
        assert page.renew().status == 200

    def test_finds_a_thief_who_was_first_to_bind_while_it_was_answered(
        self, site, page, wait, reason
    ):
        thief = Page(site, page.person)
        thief.jar = dict(page.jar)
        offer = thief.hear(thief.refresh())
        hold = site.hold()
        owner = meanwhile(lambda: page.refresh(**hold.before_write))
        hold.wait()
        bound = thief.bind(offer)
        hold.release()

        assert (bound.status, owner.result().status, reason()) == (200, 401, "")
        wait(MORE_THAN_A_LEEWAY)
        assert (page.refresh().status, reason()) == (401, "reused")


class TestBesideTheTheorem:
    """An assumption is missing: what then happens, so that nobody has to guess."""

    def test_a_round_trip_of_more_than_half_the_leeway_looks_like_a_theft(self, page, wait, reason):
        of_tab_2 = dict(page.jar)
        slow = page.refresh()
        wait(MORE_THAN_A_LEEWAY)
        answer = page.refresh(of_tab_2)
        page.hear(slow)

        assert (answer.status, reason()) == (401, "reused")

    def test_a_lost_answer_without_a_key_looks_like_a_theft(self, page, wait, reason):
        page.refresh()
        wait(MORE_THAN_A_LEEWAY)

        assert (page.refresh().status, reason()) == (401, "reused")

    def test_a_lost_answer_to_one_of_two_that_refresh_at_once_looks_like_a_theft(
        self, page, wait, reason
    ):
        of_tab_2 = dict(page.jar)
        page.refresh(Idempotency_Key=KEY)  # its answer is lost
        page.hear(page.refresh(Idempotency_Key=KEY))  # and asked for again
        wait(MORE_THAN_A_LEEWAY)
        page.hear(page.refresh(Idempotency_Key="f" * 16))

        assert page.refresh(of_tab_2, Idempotency_Key=KEY).status == 401
        assert reason() == "reused"

    def test_a_request_that_arrives_after_its_client_gave_it_up_looks_like_a_theft(
        self, page, wait, reason
    ):
        given_up = dict(page.jar)
        page.hear(page.refresh(Idempotency_Key=KEY))
        wait(MORE_THAN_A_LEEWAY)
        collected = page.refresh(given_up, Idempotency_Key=KEY)
        wait(MORE_THAN_A_LEEWAY)

        assert claims_of(jar_of(collected)[REFRESH])["gen"] == 2
        assert (page.refresh().status, reason()) == (401, "reused")

    def test_a_late_refusal_of_an_ended_session_clears_the_cookies_of_a_newer_login(
        self, site, page
    ):
        site.act("revoke", session=page.sid)
        late = page.refresh()
        page.log_in()
        page.hear(late)

        assert (late.status, REFRESH in page.jar) == (401, False)
