"""A token whose session is stored may be started again, and undoes nothing by that."""

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.models import Session
from drf_jwt_kit.tokens import RefreshToken

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
