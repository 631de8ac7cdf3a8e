"""Clients that sign in without a password and without a URL, by header and by cookie."""

from datetime import timedelta

import pytest
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.signals import session_started
from drf_jwt_kit.testing import (
    JWTClient,
    JWTCookieClient,
    assert_session_ended,
    later,
)
from tests.conftest import claims_of

SCOPES = ["orders:read", "orders:write"]


@pytest.fixture(params=[JWTClient, JWTCookieClient])
def client(request):
    return request.param()


class TestSigningIn:
    def test_the_token_opens_a_view_that_asks_for_a_scope_and_a_recent_login(
        self, client, user, asking
    ):
        client.sign_in(user, scopes=SCOPES)

        assert client.get(asking).json() == {"user": str(user.pk), "tier": None}

    def test_a_request_that_changes_something_is_one_of_the_projects_own_page(
        self, client, user, asking
    ):
        client.sign_in(user, scopes=SCOPES)

        assert client.post(asking).status_code == 200
        assert client.post(asking, secure=True).status_code == 200

    def test_a_token_without_the_scope_is_refused(self, client, user, asking):
        client.sign_in(user)

        assert client.get(asking).json()["code"] == "insufficient_scope"

    def test_an_old_login_is_refused(self, client, user, asking):
        client.sign_in(user, scopes=SCOPES)

        with later(timedelta(minutes=6)):
            assert client.get(asking).json()["code"] == "insufficient_user_authentication"

    def test_the_session_has_the_device_and_what_it_remembers(self, client, user):
        client.sign_in(user, device="Phone", data={"shop": 7})

        session = Session.objects.get()
        assert (session.name, session.data) == ("Phone", {"shop": 7})

    def test_the_session_says_who_acts_as_its_user(self, client, user, other_user):
        pair = client.sign_in(user, actor=other_user, reason="Ticket 4711")

        assert claims_of(pair.access)["act"] == {"sub": str(other_user.pk)}

    def test_the_login_has_a_request_with_what_the_client_always_sends(
        self, user, django_capture_on_commit_callbacks
    ):
        heard = []
        session_started.connect(lambda **facts: heard.append(facts["request"]), weak=False)

        with django_capture_on_commit_callbacks(execute=True):
            JWTClient(HTTP_USER_AGENT="a phone").sign_in(user)

        assert heard[0].META["HTTP_USER_AGENT"] == "a phone"

    def test_another_user_takes_the_place_of_the_one_before(self, client, user, other_user, asking):
        client.sign_in(user, scopes=SCOPES)
        client.sign_in(other_user, scopes=SCOPES)

        assert client.get(asking).json()["user"] == str(other_user.pk)

    def test_tokens_that_a_login_has_answered_are_sent_too(self, client, user, asking):
        pair = sessions.start(user, scope="orders:read")

        assert client.hold(pair) is pair
        assert client.get(asking).status_code == 200


class TestGoingOn:
    def test_a_refresh_goes_on_with_the_next_tokens(self, client, user, asking):
        first = client.sign_in(user, scopes=SCOPES)

        second = client.refresh()

        assert client.pair == second
        assert claims_of(second.refresh)["gen"] == claims_of(first.refresh)["gen"] + 1
        assert client.get(asking).status_code == 200

    @override_settings(DRF_JWT_KIT={"ROTATE_REFRESH_TOKENS": False})
    def test_a_refresh_token_that_is_not_rotated_is_kept(self, client, user):
        first = client.sign_in(user)

        assert client.refresh().refresh == first.refresh

    def test_what_an_endpoint_puts_into_the_cookies_is_refreshed_next(self, user, asking):
        client = JWTCookieClient()
        client.sign_in(user)
        answer = client.post("/auth/refresh/")
        assert answer.status_code == 200, answer.content

        with later(timedelta(minutes=1)):
            client.refresh()

        assert Session.objects.get().generation == 2

    def test_signing_out_ends_the_session_and_forgets_the_tokens(self, client, user, asking):
        pair = client.sign_in(user, scopes=SCOPES)

        client.sign_out()

        assert_session_ended(pair, reason="logout")
        assert client.get(asking).json()["code"] == "not_authenticated"

    @pytest.mark.parametrize("go_on", ["refresh", "sign_out"])
    def test_a_client_that_is_not_signed_in_says_so(self, client, go_on):
        with pytest.raises(RuntimeError, match=r"Call sign_in\(user\) first"):
            getattr(client, go_on)()


class TestCookies:
    def test_another_site_is_refused(self, user, asking):
        client = JWTCookieClient()
        client.sign_in(user, scopes=SCOPES)
        client.credentials()

        assert client.post(asking).json()["code"] == "csrf_failed"

    def test_a_page_is_open_before_anybody_is_signed_in(self, user, asking):
        client = JWTCookieClient()
        client.open_page()

        answer = client.post("/auth/", {"username": "x", "password": "y"}, format="json")

        assert answer.json()["code"] != "csrf_failed"

    @override_settings(
        CSRF_USE_SESSIONS=True,
        INSTALLED_APPS=[
            *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
            *("rest_framework", "drf_jwt_kit"),
        ],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
    )
    def test_the_csrf_token_may_be_in_djangos_session(self, user, asking):
        client = JWTCookieClient()
        client.sign_in(user, scopes=SCOPES)

        assert client.post(asking).status_code == 200

    @override_settings(DRF_JWT_KIT={"COOKIE_REFRESH_ONLY": True})
    def test_only_the_refresh_token_may_be_in_a_cookie(self, user, asking):
        client = JWTCookieClient()
        client.sign_in(user, scopes=SCOPES)

        assert client.get(asking).status_code == 200
        assert client.post("/auth/refresh/").json().keys() >= {"access"}
        assert len(client.cookies) == 2  # with the CSRF token
