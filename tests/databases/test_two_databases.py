"""Sessions in another database than users, and a replica that has seen nothing yet.

Run by tests/test_other_projects.py under tests/settings_two_databases.py.
"""

import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Cutoff, RevokedReason, Session
from drf_jwt_kit.tokens import AccessToken
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


def test_the_end_of_all_sessions_is_written_and_read_there(clock, kit, tokens):
    sessions.revoke_all()
    clock.shift(timedelta(seconds=5))
    sessions.revoke_all()

    assert Cutoff.objects.using("sessions").count() == 2
    assert kit.get_with(tokens.access).status_code == 401
    assert kit.refresh(tokens.refresh).json()["reason"] == "session_ended"


def test_requests_without_a_query_follow_what_is_revoked_there(kit, new_process, settings, tokens):
    settings.DRF_JWT_KIT = {"REVOCATION_LAG": timedelta(0)}
    token = AccessToken(tokens.access)
    assert sessions.authenticate_stateless(token).email == "ada@example.com"

    kit.logout(tokens.refresh)

    with pytest.raises(InvalidToken):
        sessions.authenticate_stateless(token)


def test_logout_ends_the_row(kit, tokens):
    assert kit.logout(tokens.refresh).status_code == 200
    assert row(tokens).revoked_at is not None


class TestTheCommand:
    def jwtkit(self, *words):
        out = io.StringIO()
        call_command("jwtkit", *words, stdout=out)
        return out.getvalue()

    def test_lists_them_with_users_of_the_other_database(self, tokens):
        assert "\tada\t" in self.jwtkit("sessions", "list", "--user", "ada")

    def test_ends_them(self, kit, tokens):
        assert self.jwtkit("sessions", "revoke", "--user", "ada").startswith("Ended 1 session of")
        assert kit.refresh(tokens.refresh).status_code == 401

    def test_deletes_them(self, tokens):
        past = timezone.now() - timedelta(days=1)
        Session.objects.using("sessions").update(revoked_at=past)

        assert self.jwtkit("flush") == "Sessions: 1 deleted, 0 kept.\n"
