"""Which refusals take the cookies away: those that can never turn into an acceptance."""

from datetime import timedelta

import pytest
from rest_framework.exceptions import AuthenticationFailed

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.tokens import ClaimsSerializer
from tests.conftest import NOON, Dropped, forge

from .browser import ACCESS, REFRESH, cleared, session_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]

BOTH = {ACCESS, REFRESH}
ANOTHER_KEY = "a key that another process signs with, and this one has not read"
MINUTE = timedelta(minutes=1)


def refused(browser):
    answer = browser.refresh()
    assert answer.status_code == 401
    return cleared(answer)


class TestARefusalThatMayPass:
    def test_a_key_that_was_not_read_yet_clears_nothing(self, logged_in, settings):
        settings.SECRET_KEY = ANOTHER_KEY

        answer = logged_in.refresh()

        assert (answer.status_code, cleared(answer), answer["Retry-After"]) == (401, set(), "1")

    def test_a_key_that_is_not_read_for_an_hour_counts_as_gone(self, clock, logged_in, settings):
        settings.SECRET_KEY = ANOTHER_KEY
        clock.shift(timedelta(hours=1))

        assert refused(logged_in) == BOTH

    def test_a_clock_that_is_behind_clears_nothing(self, clock, logged_in):
        token = logged_in.held(REFRESH)
        logged_in.cookies[REFRESH] = forge(token, nbf=int(NOON.timestamp()) + 600)

        assert refused(logged_in) == set()

    def test_a_row_that_is_behind_clears_nothing(self, logged_in):
        logged_in.cookies[REFRESH] = logged_in.held(REFRESH)
        ahead, session = logged_in.held(REFRESH), session_of(logged_in)
        logged_in.cookies[REFRESH] = forge(ahead, gen=5, jti=session.jti_of(5))

        assert refused(logged_in) == set()
        assert session_of(logged_in).revoked_at is None


class TestABrowserThatHasAnotherOneByNow:
    def test_keeps_it_where_a_login_has_replaced_the_session(self, logged_in, late, user):
        logged_in.log_in(user)

        assert Session.objects.filter(revoked_reason=RevokedReason.REPLACED).count() == 1
        assert refused(late) == set()

    def test_keeps_it_where_the_old_one_has_expired_on_the_way(self, clock, logged_in, late):
        clock.shift(timedelta(hours=23))
        logged_in.refresh()
        clock.shift(timedelta(hours=1))

        assert refused(late) == set()

    def test_keeps_it_where_the_replaced_one_has_expired(self, clock, logged_in, late, user):
        logged_in.log_in(user)
        clock.shift(timedelta(days=1))

        assert refused(late) == set()

    def test_keeps_it_where_none_was_sent(self, browser):
        assert refused(browser) == set()


class TestWhatIsOver:
    @pytest.mark.parametrize("reason", sorted({*RevokedReason} - {RevokedReason.REPLACED}))
    def test_a_session_that_has_ended(self, logged_in, reason):
        sessions.revoke(session_of(logged_in).pk, reason=reason)

        assert refused(logged_in) == BOTH

    def test_a_session_whose_row_is_gone(self, logged_in):
        session_of(logged_in).delete()

        assert refused(logged_in) == BOTH

    def test_a_token_that_has_expired(self, clock, logged_in):
        clock.shift(timedelta(days=1))

        assert refused(logged_in) == BOTH

    def test_a_token_that_cannot_be_read(self, browser):
        browser.cookies[REFRESH] = "rubbish"

        assert refused(browser) == BOTH

    def test_a_token_of_another_type(self, logged_in):
        logged_in.cookies[REFRESH] = logged_in.held(ACCESS)

        assert refused(logged_in) == BOTH


class TestATokenThatIsWrongAndTooOld:
    def test_is_over_if_it_is_an_access_token(self, clock, logged_in):
        logged_in.cookies[REFRESH] = logged_in.held(ACCESS)
        clock.shift(timedelta(hours=2))

        assert refused(logged_in) == BOTH

    @pytest.mark.parametrize("new", [{"ISSUER": "https://new.example"}, {"AUDIENCE": "api"}])
    def test_is_over_if_it_names_no_issuer_or_audience(self, clock, logged_in, settings, new):
        clock.shift(timedelta(days=90))
        settings.DRF_JWT_KIT = new

        assert refused(logged_in) == BOTH

    @pytest.mark.parametrize("claim", [{"sid": Dropped}, {"sid": "x"}, {"gen": True}])
    def test_is_over_if_a_claim_is_missing_or_wrong(self, logged_in, claim):
        long_ago = int(NOON.timestamp()) - 1_000_000
        logged_in.cookies[REFRESH] = forge(logged_in.held(REFRESH), exp=long_ago, **claim)

        assert refused(logged_in) == BOTH

    def test_is_over_if_its_session_is_forgotten(self, clock, logged_in):
        Session.objects.all().delete()
        clock.shift(timedelta(days=90))

        assert refused(logged_in) == BOTH

    def test_is_over_if_nobody_knows_its_key_or_when_it_was_made(self, logged_in, settings):
        forged = forge(logged_in.held(REFRESH), iat="a while ago")
        logged_in.cookies[REFRESH] = forged
        settings.SECRET_KEY = ANOTHER_KEY

        assert refused(logged_in) == BOTH


class AnotherServiceRefuses(ClaimsSerializer):
    def to_representation(self, user):
        if self.context["session"].generation:
            raise AuthenticationFailed("The billing service says no.")
        return {}


def test_a_refusal_of_the_projects_own_clears_nothing(clock, logged_in, settings):
    settings.DRF_JWT_KIT = {"CLAIMS_SERIALIZER": AnotherServiceRefuses}
    clock.shift(MINUTE)

    assert refused(logged_in) == set()
    assert session_of(logged_in).revoked_at is None


class TestAHeaderThatDecides:
    """The cookies beside it may be another login's, which it says nothing of."""

    def test_everywhere_leaves_them(self, logged_in, kit, other_user):
        access = {"Authorization": f"Bearer {sessions.start(other_user).access}"}

        answer = logged_in.send("post", "/api/auth/logout/all/", **access)

        assert (answer.status_code, cleared(answer)) == (200, set())

    def test_ending_its_own_leaves_them(self, logged_in, other_user):
        access = {"Authorization": f"Bearer {sessions.start(other_user).access}"}
        theirs = Session.objects.get(user_id=other_user.pk).pk

        answer = logged_in.send("delete", f"/api/auth/sessions/{theirs}/", **access)

        assert (answer.status_code, cleared(answer)) == (204, set())


def test_a_logout_that_cannot_read_the_key_yet_says_so_and_clears_nothing(logged_in, settings):
    settings.SECRET_KEY = ANOTHER_KEY

    answer = logged_in.send("post", "/api/auth/logout/")

    assert (answer.status_code, cleared(answer), answer["Retry-After"]) == (401, set(), "1")
    assert Session.objects.get().revoked_at is None
