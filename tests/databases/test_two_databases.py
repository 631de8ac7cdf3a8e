"""Sessions in another database than users, and a replica that has seen nothing yet.

Run by tests/test_other_projects.py under tests/settings_two_databases.py.
"""

import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.urls import resolve
from django.utils import timezone
from rest_framework_simplejwt import tokens as simplejwt

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Cutoff, RevokedReason, Session
from drf_jwt_kit.sessions import rows
from drf_jwt_kit.sessions.verify import is_superseded
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import PASSWORD, claims_of
from tests.settings_two_databases import SessionsApart

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


def test_a_login_since_is_found_there(user, tokens):
    sessions.revoke(row(tokens))
    assert not is_superseded(tokens.refresh, expired=False)

    sessions.start(user)

    assert is_superseded(tokens.refresh, expired=False)


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


def test_what_was_begun_with_stolen_tokens_is_looked_for_after_the_commit_there(
    tokens, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(using="default") as waiting:
        assert sessions.revoke(row(tokens), reason=RevokedReason.REUSED) == 1

    assert waiting == []


def test_a_deleted_users_sessions_are_refused(kit, user, tokens):
    get_user_model().objects.using("default").filter(pk=user.pk)._raw_delete("default")

    assert kit.get_with(tokens.access).status_code == 401
    assert kit.refresh(tokens.refresh).status_code == 401
    assert row(tokens).revoked_reason == RevokedReason.USER_GONE


def test_a_session_that_is_found_is_of_that_database(tokens):
    session, _ = rows.find(row(tokens).pk)

    assert session._state.db == "sessions"


def test_a_session_whose_user_is_gone_is_not_found(user, tokens):
    get_user_model().objects.using("default").filter(pk=user.pk)._raw_delete("default")

    assert rows.find(row(tokens).pk) is None


@pytest.mark.parametrize("how", [lambda user: user.delete(), lambda user: everyone().delete()])
def test_users_can_be_deleted_and_their_sessions_end(user, tokens, how):
    how(user)

    assert row(tokens).user_id is None
    assert row(tokens).revoked_reason == RevokedReason.USER_GONE


@pytest.mark.parametrize("what", ["the user", "the row"])
def test_tokens_of_what_is_gone_are_refused(kit, user, tokens, what):
    {"the user": user, "the row": row(tokens)}[what].delete()

    assert kit.get_with(tokens.access).json()["reason"] == "session_ended"
    assert kit.refresh(tokens.refresh).json()["reason"] == "session_ended"


def everyone():
    return get_user_model().objects.using("default").all()


def test_the_end_of_all_sessions_is_written_and_read_there(clock, kit, tokens):
    sessions.revoke_all()
    clock.shift(timedelta(seconds=5))
    sessions.revoke_all()

    assert Cutoff.objects.using("sessions").count() == 2
    assert kit.get_with(tokens.access).status_code == 401
    assert kit.refresh(tokens.refresh).json()["reason"] == "session_ended"


def test_the_end_of_all_sessions_is_beside_them_whatever_the_router_says_of_it(tokens, monkeypatch):
    of_sessions = lambda _, model, **hints: "sessions" if model is Session else "default"  # noqa: E731
    monkeypatch.setattr(SessionsApart, "db_for_write", of_sessions)

    sessions.revoke_all()

    assert Cutoff.objects.using("sessions").count() == 1


def test_a_token_of_simple_jwt_is_refused_by_the_end_that_is_written_there(clock, kit, user):
    until = timezone.now() + timedelta(days=1)
    token = str(simplejwt.AccessToken.for_user(user))
    clock.shift(timedelta(seconds=5))
    sessions.revoke_all()

    with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": until}):
        assert kit.get_with(token).json()["reason"] == "session_ended"


def test_a_login_looks_again_at_the_user_who_was_written(user, monkeypatch):
    """Also by the longer query, for a manager with more than a filter."""
    manager = get_user_model()._default_manager
    queryset = manager.get_queryset
    monkeypatch.setattr(manager, "get_queryset", lambda: queryset().distinct())

    assert sessions.start(user).access


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


def test_a_token_of_simple_jwt_begins_a_session_there(kit, user):
    until = timezone.now() + timedelta(days=1)
    token = str(simplejwt.RefreshToken.for_user(user))
    with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": until}):
        assert kit.get_with(str(simplejwt.AccessToken.for_user(user))).status_code == 200
        assert kit.refresh(token).status_code == 200

    assert Session.objects.using("sessions").get().generation == 1


class TestTheCommand:
    def jwtkit(self, *words):
        out = io.StringIO()
        call_command("jwtkit", *words, stdout=out)
        return out.getvalue()

    def test_lists_them_with_users_of_the_other_database(self, tokens):
        assert "\tada\t" in self.jwtkit("sessions", "list", "--user", "ada")

    def test_the_command_ends_sessions_in_a_database_of_their_own(self, kit, tokens):
        assert self.jwtkit("sessions", "revoke", "--user", "ada").startswith("Ended 1 session of")
        assert kit.refresh(tokens.refresh).status_code == 401

    def test_the_command_deletes_sessions_in_a_database_of_their_own(self, tokens):
        past = timezone.now() - timedelta(days=1)
        Session.objects.using("sessions").update(revoked_at=past)

        assert self.jwtkit("flush") == "Sessions: 1 deleted, 0 kept.\n"


class TestLaggingReplica:
    """The replica is a copy from right after the login, and is where every read would go."""

    @pytest.fixture(autouse=True)
    def _copied(self, clock, user, tokens):
        user.save(using="replica", force_insert=True)
        session = row(tokens)
        session.save(using="replica", force_insert=True)
        yield
        assert Session.objects.using("replica").values().get() == values_of(session)

    def test_a_replica_that_says_live_opens_nothing_once_the_session_has_ended(self, kit, tokens):
        assert sessions.revoke(row(tokens).pk) == 1

        assert kit.get_with(tokens.access).status_code == 401
        assert kit.get_with(tokens.access, "/api/plain/").status_code == 401
        assert kit.refresh(tokens.refresh).status_code == 401
        assert kit.verify(tokens.access).status_code == 401
        assert kit.verify(tokens.refresh).status_code == 401
        assert sessions.revoke(row(tokens).pk) == 0

    def test_a_replica_with_an_old_generation_hands_out_none_twice(self, kit, tokens, past_leeway):
        first = kit.rotate(tokens.refresh)
        past_leeway()
        second = kit.rotate(first.refresh)

        assert [claims_of(pair.refresh)["gen"] for pair in (first, second)] == [1, 2]

    def test_a_replica_that_says_an_old_token_is_current_hides_no_reuse(
        self, kit, tokens, past_leeway
    ):
        newest = kit.rotate(tokens.refresh)
        past_leeway()

        assert kit.refresh(tokens.refresh).status_code == 401
        assert row(tokens).revoked_reason == RevokedReason.REUSED
        assert kit.get_with(newest.access).status_code == 401

    def test_the_list_shows_no_session_that_lives_only_in_the_replica(self, kit, user, tokens):
        other = sessions.start(user)
        kit.logout(tokens.refresh)

        (shown,) = kit.sessions(other.access)

        assert shown["id"] == claims_of(other.refresh)["sid"]

    def test_a_session_that_the_replica_does_not_know_can_be_ended(self, kit, user, tokens):
        other = sessions.start(user)
        path = f"/api/token/sessions/{claims_of(other.refresh)['sid']}/"
        bearer = {"Authorization": f"Bearer {tokens.access}"}

        assert kit.patch(path, {"name": "phone"}, format="json", headers=bearer).status_code == 200
        assert kit.delete(path, headers=bearer).status_code == 204
        assert kit.get_with(other.access).status_code == 401

    def test_a_replica_that_says_active_lets_no_deactivated_user_in(self, kit, user, tokens):
        everyone().update(is_active=False)

        assert kit.get_with(tokens.access).status_code == 401
        assert kit.refresh(tokens.refresh).status_code == 401
        assert row(tokens).revoked_reason == RevokedReason.USER_INACTIVE

    def test_a_login_by_the_old_password_of_the_replica_opens_nothing(self, kit, user, tokens):
        """Django itself reads users from the replica to compare passwords; we ask the writer."""
        user.set_password("another one")
        user.save(using="default")

        answer = kit.post_json("", {"username": "ada", "password": PASSWORD})

        assert (answer.status_code, answer.json()["code"]) == (401, "no_active_account")


def values_of(session):
    return {field.attname: getattr(session, field.attname) for field in Session._meta.fields}


@pytest.mark.parametrize("path", ["", "refresh/", "verify/", "logout/", "sessions/", "jwks/"])
def test_an_endpoint_of_ours_begins_no_transaction_on_any_of_them(path):
    """A refusal that ended a session would be rolled back by it."""
    view = resolve(f"/api/token/{path}").func

    assert view._non_atomic_requests == set(connections) != {"default"}


def test_the_doctor_looks_at_both_databases_and_plays_a_session_in_its_own():
    out = io.StringIO()

    call_command("jwtkit", "doctor", stdout=out)

    assert "\n  'default' (sqlite) has the users." in out.getvalue()
    assert "\n  'sessions' (sqlite) has the sessions." in out.getvalue()
    assert "\nsessions: fine\n" in out.getvalue()
    assert not Session.objects.using("sessions").exists()
