"""A browser's user proves anew who it is: the access cookie changes, and no body has a token."""

from datetime import timedelta

import pytest
from django.test import override_settings

from drf_jwt_kit.models import Session
from tests.conftest import PASSWORD, claims_of

from .browser import ACCESS, REFRESH, attributes

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]

ADDRESS = "/api/auth/reauthenticate/"
RIGHT = {"password": PASSWORD}


@pytest.fixture
def logged_in(clock, logged_in):
    clock.shift(timedelta(minutes=10))
    return logged_in


class TestABrowser:
    def test_gets_an_access_cookie_with_a_younger_login(self, logged_in):
        before, refresh = claims_of(logged_in.held(ACCESS)), logged_in.held(REFRESH)
        answer = logged_in.send("post", ADDRESS, RIGHT)
        after = claims_of(logged_in.held(ACCESS))

        assert (answer.status_code, answer.json()) == (200, {"expires_in": 900})
        assert after["sid"] == before["sid"]
        assert after["auth_time"] - before["auth_time"] == 600
        assert logged_in.held(REFRESH) == refresh
        assert set(answer.cookies) == {ACCESS}

    def test_gets_it_with_the_attributes_of_a_login(self, browser, user):
        at_login = attributes(browser.log_in(user), ACCESS)

        assert attributes(browser.send("post", ADDRESS, RIGHT), ACCESS) == at_login

    def test_refreshes_on_with_the_younger_login(self, logged_in):
        logged_in.send("post", ADDRESS, RIGHT)
        renewed = claims_of(logged_in.held(ACCESS))["auth_time"]
        logged_in.refresh()

        assert claims_of(logged_in.held(ACCESS))["auth_time"] == renewed
        assert claims_of(logged_in.held(REFRESH))["auth_time"] == renewed

    def test_keeps_its_cookies_with_a_wrong_password(self, logged_in):
        answer = logged_in.send("post", ADDRESS, {"password": "wrong"})

        assert (answer.status_code, answer.json()["code"]) == (401, "no_active_account")
        assert not answer.cookies

    def test_is_refused_without_a_csrf_token(self, logged_in, rows):
        before = rows()
        answer = logged_in.post(ADDRESS, RIGHT, content_type="application/json")

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert rows() == before

    def test_is_refused_as_a_form(self, logged_in):
        assert logged_in.post(ADDRESS, RIGHT).status_code == 415

    def test_is_refused_without_a_cookie(self, browser, user):
        answer = browser.send("post", ADDRESS, RIGHT)

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

    def test_gets_no_cookie_for_a_token_in_the_header(self, kit, user, logged_in, rows):
        """It may be of another session than the other cookie."""
        tokens, before = kit.sign_in(user), rows()
        answer = logged_in.send("post", ADDRESS, RIGHT, Authorization=f"Bearer {tokens.access}")

        assert answer.status_code == 401
        assert not answer.cookies
        assert len(before) == Session.objects.count()


@pytest.mark.usefixtures("user")
class TestWithTheRefreshTokenAloneInACookie:
    def test_the_access_token_is_in_the_body(self, browser, user, clock):
        with override_settings(DRF_JWT_KIT={"COOKIE_REFRESH_ONLY": True}):
            access = browser.log_in(user).json()["access"]
            clock.shift(timedelta(minutes=10))
            answer = browser.send("post", ADDRESS, RIGHT, Authorization=f"Bearer {access}")

        assert answer.status_code == 200
        assert answer.json()["expires_in"] == 900
        renewed = claims_of(answer.json()["access"])
        assert renewed["auth_time"] - claims_of(access)["auth_time"] == 600
        assert not answer.cookies
