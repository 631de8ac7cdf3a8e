"""A key is needed by the sessions that live, and by no others: however they came to their end."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.keys.sources import forget_ring

pytestmark = pytest.mark.django_db

AHEAD = timedelta(minutes=10)


@pytest.fixture
def retired(tmp_path, clock, kit, user, jwtkit):
    """Five logins, whose refresh tokens a key has signed that retired since; its name."""
    with override_settings(DRF_JWT_KIT={"KEYS": tmp_path / "keys"}):
        jwtkit("keys", "generate")
        forget_ring()
        for _ in range(5):
            kit.sign_in(user)
        jwtkit("keys", "generate")
        clock.shift(AHEAD)
        jwtkit("keys", "rotate")
        forget_ring()
        clock.shift(timedelta(hours=1))
        (line,) = (line for line in jwtkit("keys", "list").splitlines() if "retiring" in line)
        assert line.endswith("sessions that need it: 5")
        yield line.split()[1]


def test_a_key_can_go_once_all_sessions_were_ended(retired, jwtkit):
    sessions.revoke_all()

    assert "sessions that need it" not in jwtkit("keys", "list")
    assert "is removed" in jwtkit("keys", "remove", retired)


def test_a_key_can_go_once_a_setting_has_ended_all_sessions(retired, jwtkit, settings):
    settings.DRF_JWT_KIT = {**settings.DRF_JWT_KIT, "SESSIONS_VALID_AFTER": timezone.now()}
    forget_ring()

    assert "sessions that need it" not in jwtkit("keys", "list")
    assert "is removed" in jwtkit("keys", "remove", retired)


def test_a_key_can_go_once_its_sessions_were_not_refreshed_in_time(retired, jwtkit, clock):
    clock.shift(timedelta(days=1))

    assert "is removed" in jwtkit("keys", "remove", retired)


class TestAUserDeactivatedBehindDjangosBack:
    @pytest.fixture(autouse=True)
    def deactivated(self, user, signed_in):
        get_user_model().objects.filter(pk=user.pk).update(is_active=False)

    def test_the_device_list_shows_none_of_its_sessions(self, user):
        assert sessions.live_sessions(user) == []

    def test_the_command_shows_its_sessions_as_ended(self, jwtkit):
        assert "\tlive" not in jwtkit("sessions", "list")
        assert "ended: the user was deactivated" in jwtkit("sessions", "list", "--all")

    def test_a_refresh_is_refused(self, kit, signed_in):
        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
