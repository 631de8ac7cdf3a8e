"""Sessions in another database than users, and a replica that has seen nothing yet.

Run by tests/test_other_projects.py under tests/settings_two_databases.py.
"""

from datetime import datetime, timedelta, timezone

import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from rest_framework_simplejwt import tokens as simplejwt

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(databases=["default", "sessions", "replica"])


@pytest.fixture
def user():
    model = get_user_model()
    user = model(username="ada", email="ada@example.com")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def tokens(user):
    return sessions.start(user)


def row(tokens):
    return Session.objects.using("sessions").get()


def test_the_row_is_where_the_router_writes_sessions(tokens):
    assert Session.objects.using("sessions").count() == 1
    assert Session.objects.using("replica").count() == 0


def test_requests_refreshes_and_lists_ask_the_writer(kit, tokens):
    assert kit.get_with(tokens.access).status_code == 200
    rotated = kit.rotate(tokens.refresh)
    assert kit.get_with(rotated.access).status_code == 200
    assert len(kit.sessions(rotated.access)) == 1
    assert kit.verify(rotated.refresh).status_code == 200


def test_a_changed_password_ends_sessions_there(user, tokens):
    user.set_password("another one")
    user.save()

    assert row(tokens).revoked_reason == RevokedReason.PASSWORD_CHANGED


def test_a_deleted_users_sessions_are_refused(kit, user, tokens):
    get_user_model().objects.using("default").filter(pk=user.pk)._raw_delete("default")

    assert kit.get_with(tokens.access).status_code == 401
    assert kit.refresh(tokens.refresh).status_code == 401
    assert row(tokens).revoked_reason == RevokedReason.USER_GONE


@pytest.mark.parametrize("how", [lambda user: user.delete(), lambda user: everyone().delete()])
def test_users_can_be_deleted_and_their_sessions_end(user, tokens, how):
    how(user)

    assert row(tokens).user_id is None
    assert row(tokens).revoked_reason == RevokedReason.USER_GONE


def everyone():
    return get_user_model().objects.using("default").all()


def test_logout_ends_the_row(kit, tokens):
    assert kit.logout(tokens.refresh).status_code == 200
    assert row(tokens).revoked_at is not None


def test_a_token_of_simple_jwt_begins_a_session_there(kit, user):
    until = datetime.now(timezone.utc) + timedelta(days=1)
    token = str(simplejwt.RefreshToken.for_user(user))
    with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": until}):
        assert kit.get_with(str(simplejwt.AccessToken.for_user(user))).status_code == 200
        assert kit.refresh(token).status_code == 200

    assert Session.objects.using("sessions").get().generation == 1
