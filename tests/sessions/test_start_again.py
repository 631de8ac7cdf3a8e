"""A token whose session is stored may be started again, and undoes nothing by that."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.begin import begun_at_the_end, log_in
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from tests.conftest import claims_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(user):
    token = RefreshToken.for_user(user)
    str(token)
    return token


def test_a_session_that_is_started_again_is_described(user, token):
    sessions.start(user, token=token, name="My phone")

    assert Session.objects.get().name == "My phone"


def test_a_session_that_is_started_again_lives_no_longer(user, token, clock):
    before = Session.objects.values("live_until", "expires_at", "created_at").get()
    clock.shift(60)

    sessions.start(user, token=token)

    assert Session.objects.values("live_until", "expires_at", "created_at").get() == before


def test_a_session_that_has_ended_is_not_revived(kit, user, token):
    refresh = str(token)
    sessions.revoke(user=user)

    with pytest.raises(InvalidToken) as refusal:
        sessions.start(user, token=token)

    assert refusal.value.reason is Reason.SESSION_ENDED
    assert kit.refresh(refresh).status_code == 401


def test_a_session_that_has_ended_in_the_meantime_is_not_revived(user, token, monkeypatch):
    before = Session.objects.get().pk
    monkeypatch.setattr(
        "drf_jwt_kit.sessions.client.describe", lambda *_: sessions.revoke(user=user)
    )

    with pytest.raises(InvalidToken):
        sessions.start(user, token=token)

    assert Session.objects.get(pk=before).revoked_at is not None


def test_a_session_that_was_refreshed_is_not_put_back(kit, user, token, past_leeway):
    second = kit.rotate(str(token))
    past_leeway()
    third = kit.rotate(second.refresh)

    with pytest.raises(InvalidToken):
        sessions.start(user, token=token)

    past_leeway()
    assert kit.refresh(third.refresh).status_code == 200


class TestOneThatWaits:
    @pytest.fixture(params=["started", "written"])
    def again(self, request, user, token):
        """``again()``: what was started waits, and its tokens are asked for once more."""
        browser = RequestFactory().get("/")
        ways = {"started": lambda: sessions.start(user, browser, token=token)}
        return {**ways, "written": token.__str__}[request.param]

    @pytest.fixture
    def token(self, user):
        return RefreshToken.for_user(user)

    def test_replaces_what_it_was_started_for(self, kit, user, signed_in, token, again):
        with begun_at_the_end():
            sessions.start(user, token=token, replaces=signed_in.refresh)
            again()

        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_is_announced_as_it_was_to_be(self, user, token, again):
        told = []

        with begun_at_the_end():
            log_in(user, None, token=token, announce=lambda: told.append(user))
            again()

        assert told == [user]


class TestWhatATokenBounds:
    @pytest.fixture
    def with_token(self, signed_in):
        request = RequestFactory().get("/")
        request.auth = AccessToken(signed_in.access)
        return request

    def test_the_login_of_a_session_that_is_stored_is_no_younger_later(
        self, kit, user, clock, signed_in, with_token
    ):
        clock.shift(timedelta(minutes=10))
        token = RefreshToken.for_user(user)
        str(token)

        pair = sessions.start(user, with_token, token=token)

        at = claims_of(signed_in.access)["auth_time"]
        assert claims_of(pair.access)["auth_time"] == at
        assert claims_of(kit.rotate(pair.refresh).access)["auth_time"] == at

    def test_the_parent_stays(self, user, signed_in, with_token):
        token = RefreshToken.for_user(user)
        sessions.start(user, with_token, token=token)

        sessions.start(user, token=token, name="My phone")

        row = Session.objects.get(pk=token.session.pk)
        assert (row.parent, row.name) == (signed_in.session.pk, "My phone")

    def test_the_parent_of_one_that_waits_stays(self, user, signed_in, with_token):
        token = RefreshToken.for_user(user)
        with begun_at_the_end():
            sessions.start(user, with_token, token=token)
            sessions.start(user, token=token, name="My phone")

        assert Session.objects.get(pk=token.session.pk).parent == signed_in.session.pk
