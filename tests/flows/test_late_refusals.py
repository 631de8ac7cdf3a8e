"""A session has ended, its browser logs in anew, and a request of before is refused only now.

That refusal must not take the new cookies away: the browser would throw out what it was given last.
"""

from datetime import timedelta

import pytest
from django.db import DataError, OperationalError, connection

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from tests.conftest import PASSWORD, forge

from .browser import ACCESS, REFRESH, Browser, cleared, cookies_of, credentials, session_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]

BOTH = {ACCESS, REFRESH}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OTHER_REASONS = sorted({*RevokedReason} - {RevokedReason.REPLACED})


def refused(browser):
    answer = browser.refresh()
    assert answer.status_code == 401
    return cleared(answer)


def end(browser, reason=RevokedReason.LOGOUT_ALL):
    assert sessions.revoke(session_of(browser).pk, reason=reason) == 1


@pytest.fixture
def ended(logged_in, late):
    """The session of the browser, and of its late request, has ended elsewhere."""
    end(logged_in)
    return logged_in


class TestALoginSince:
    @pytest.mark.parametrize("reason", OTHER_REASONS)
    def test_keeps_its_cookies_however_the_session_ended(self, logged_in, late, user, reason):
        end(logged_in, reason)
        logged_in.log_in(user)

        assert refused(late) == set()

    def test_keeps_them_after_a_theft_was_found(self, clock, logged_in, late, user):
        thief = Browser()
        thief.cookies.load(cookies_of(late))
        for _ in range(2):
            clock.shift(MINUTE)
            logged_in.refresh()
        assert refused(thief) == BOTH
        logged_in.log_in(user)

        assert refused(late) == set()
        assert Session.objects.filter(revoked_reason=RevokedReason.REUSED).count() == 1

    def test_keeps_them_after_a_new_password(self, logged_in, late, user):
        user.set_password(PASSWORD)
        user.save()
        logged_in.log_in(user)

        assert refused(late) == set()

    def test_keeps_them_after_a_cut_off(self, clock, logged_in, late, user):
        sessions.revoke_all()
        clock.shift(MINUTE)
        logged_in.log_in(user)

        assert refused(late) == set()

    def test_keeps_them_where_the_session_was_idle_for_too_long(self, clock, logged_in, late, user):
        clock.shift(2 * DAY)
        logged_in.log_in(user)

        assert refused(late) == set()

    def test_keeps_them_where_the_ended_one_has_also_expired(self, clock, ended, late, user):
        clock.shift(2 * DAY)
        ended.log_in(user)

        assert refused(late) == set()

    def test_keeps_them_where_the_row_of_the_ended_one_is_gone(self, ended, late, user):
        Session.objects.all().delete()
        ended.log_in(user)

        assert refused(late) == set()

    def test_keeps_them_where_the_clock_of_its_machine_was_behind(self, clock, ended, late, user):
        clock.shift(-MINUTE / 2)
        ended.log_in(user)
        clock.shift(MINUTE / 2)

        assert refused(late) == set()

    def test_goes_on_after_a_refusal_that_says_it_is_final(self, clock, ended, late, user):
        ended.log_in(user)
        answer = late.refresh()
        clock.shift(MINUTE)

        assert answer.json()["reason"] == "session_ended"
        assert "Retry-After" not in answer
        ended.cookies.update(answer.cookies)
        assert ended.refresh().status_code == 200


class TestCookiesThatNoLoginHasOverwritten:
    def test_are_cleared_if_only_another_browser_had_logged_in_before(self, clock, browser, user):
        Browser().log_in(user)
        clock.shift(2 * MINUTE)
        browser.log_in(user)
        end(browser)

        assert refused(browser) == BOTH

    def test_are_cleared_if_somebody_else_has_logged_in(self, ended, late, other_user):
        Browser().log_in(other_user)

        assert refused(late) == BOTH

    def test_are_cleared_if_the_login_has_ended_as_well(self, ended, late, user):
        ended.log_in(user)
        end(ended)

        assert refused(late) == BOTH

    def test_are_cleared_in_another_browser_a_day_after_the_login(
        self, clock, browser, user, settings
    ):
        settings.DRF_JWT_KIT = {"REFRESH_TOKEN_LIFETIME": 3 * DAY}
        browser.log_in(user)
        end(browser)
        clock.shift(MINUTE)
        Browser().log_in(user)

        clock.shift(DAY)
        assert refused(browser) == set()
        clock.shift(timedelta(seconds=1))
        assert refused(browser) == BOTH

    def test_are_cleared_if_the_token_was_forged_for_a_live_session(self, logged_in):
        logged_in.cookies[REFRESH] = forge(logged_in.held(REFRESH), jti="forged")

        assert refused(logged_in) == BOTH

    def test_are_cleared_if_the_token_names_nobody_who_can_be_a_user(self, logged_in):
        nobody = {"user_id": "nobody", "sub": "nobody"}
        logged_in.cookies[REFRESH] = forge(logged_in.held(REFRESH), **nobody)

        assert refused(logged_in) == BOTH


class TestWhetherThereWasOne:
    def test_is_asked_by_one_query(self, ended, late, user, queries):
        ended.log_in(user)
        csrf = late.get("/api/auth/csrf/").json()["csrf_token"]
        headers = {"Origin": "http://testserver", "X-CSRFToken": csrf}

        with queries() as made:
            late.post("/api/auth/refresh/", headers=headers, content_type="application/json")

        assert len(made) == 2  # the first one reads the row

    def test_is_not_asked_of_a_token_that_cannot_be_read(self, browser, queries):
        browser.cookies[REFRESH] = "rubbish"

        with queries() as made:
            assert refused(browser) == BOTH

        assert made == []

    @pytest.mark.parametrize("fault", [OperationalError("is locked"), DataError("out of range")])
    def test_clears_nothing_while_nobody_can_tell(self, ended, late, fault):
        def failing(execute, sql, params, many, context):
            if "live_until" in sql.partition("WHERE")[2]:
                raise fault
            return execute(sql, params, many, context)

        with connection.execute_wrapper(failing):
            answer = late.refresh()

        assert (answer.status_code, cleared(answer)) == (401, set())
        assert refused(late) == BOTH

    def test_clears_nothing_of_what_has_expired_while_nobody_can_tell(self, clock, logged_in):
        def failing(*_):
            raise OperationalError("is locked")

        clock.shift(DAY)
        with connection.execute_wrapper(failing):
            assert refused(logged_in) == set()

    def test_is_asked_once_more_where_a_node_of_a_cluster_has_not_heard_of_it(
        self, ended, late, user, monkeypatch
    ):
        def caught_up():
            ended.log_in(user)
            return True

        monkeypatch.setattr("drf_jwt_kit.sessions.verify.catch_up", caught_up)

        assert refused(late) == set()


class TestWhatElseComesLate:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("post", "logout/all/"),
            ("post", "verify/"),
            ("get", "sessions/"),
            ("delete", "sessions/00000000-0000-0000-0000-000000000001/"),
        ],
    )
    def test_what_needs_an_access_token_clears_nothing(self, ended, late, user, method, path):
        ended.log_in(user)

        answer = late.send(method, f"/api/auth/{path}")

        assert (answer.status_code, cleared(answer)) == (401, set())

    def test_a_login_that_is_refused_clears_nothing(self, ended, late, user):
        ended.log_in(user)

        answer = late.send("post", "/api/auth/", {**credentials(user), "password": "wrong"})

        assert (answer.status_code, cleared(answer)) == (401, set())

    def test_a_logout_clears_them_because_the_user_asked_for_it(self, ended, late, user):
        ended.log_in(user)

        answer = late.send("post", "/api/auth/logout/")

        assert (answer.status_code, cleared(answer)) == (200, BOTH)
