"""Ending other sessions may ask for a recent login. Source: OWASP ASVS 5.0, 7.5.2."""

from datetime import timedelta

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from tests.conftest import PASSWORD, claims_of

pytestmark = pytest.mark.django_db

OTHERS = [
    ("delete", "sessions/{other}/", 204),
    ("post", "logout/all/", 200),
    ("post", "logout/all/?except=current", 200),
]


@pytest.fixture(autouse=True)
def _asked(settings):
    settings.DRF_JWT_KIT = {"RECENT_LOGIN_TO_END_OTHERS": timedelta(minutes=5)}


@pytest.fixture
def ask(kit, user, clock):
    """With a login of six minutes ago, beside another one."""
    other = claims_of(sessions.start(user).access)["sid"]
    mine = kit.sign_in(user)
    clock.shift(timedelta(minutes=6))

    def asking(method, path, access=mine.access):
        own = claims_of(mine.access)["sid"]
        headers = {"Authorization": f"Bearer {access}"}
        address = f"/api/token/{path.format(other=other, own=own)}"
        return getattr(kit, method)(address, headers=headers)

    asking.access = mine.access
    return asking


@pytest.mark.parametrize(("method", "path", "done"), OTHERS)
class TestEndingOthers:
    def test_is_refused_with_an_old_login(self, ask, method, path, done):
        answer = ask(method, path)

        assert answer.status_code == 401
        assert answer.json()["code"] == "insufficient_user_authentication"
        assert answer["WWW-Authenticate"] == (
            'Bearer realm="api", error="insufficient_user_authentication", max_age="300"'
        )
        assert not Session.objects.exclude(revoked_at=None).exists()

    def test_is_allowed_when_the_user_has_proved_who_it_is(self, ask, kit, method, path, done):
        headers = {"Authorization": f"Bearer {ask.access}"}
        body = {"password": PASSWORD}
        renewed = kit.post("/api/token/reauthenticate/", body, format="json", headers=headers)

        assert ask(method, path, renewed.json()["access"]).status_code == done

    def test_asks_for_nothing_without_the_setting(self, ask, settings, method, path, done):
        settings.DRF_JWT_KIT = {}

        assert ask(method, path).status_code == done


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "sessions/"), ("patch", "sessions/{other}/"), ("delete", "sessions/{own}/")],
)
def test_everything_else_is_allowed_with_an_old_login(ask, method, path):
    assert ask(method, path).status_code != 401


def test_a_session_ends_itself_by_logout_with_an_old_login(ask):
    assert ask("post", "logout/").status_code == 200


def test_a_token_that_lacks_the_scope_hears_that_first(kit, user, clock):
    """A login would not help it."""
    access = sessions.start(user, scope="orders:read").access
    clock.shift(timedelta(minutes=6))
    headers = {"Authorization": f"Bearer {access}"}

    assert kit.post("/api/token/logout/all/", headers=headers).status_code == 403
