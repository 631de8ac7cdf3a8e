"""Ending all sessions at once: one row, or one setting, that every login is compared with."""

import logging
from datetime import datetime, timedelta, timezone

import pytest
from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Cutoff, RevokedReason
from drf_jwt_kit.signals import all_sessions_revoked
from drf_jwt_kit.tokens import RefreshToken
from tests.conftest import NOON, PASSWORD

pytestmark = pytest.mark.django_db

LATER = timedelta(seconds=5)


@pytest.fixture
def ended(clock, kit, user):
    """A login, and five seconds later the end of all sessions."""
    tokens = kit.sign_in(user)
    clock.shift(LATER)
    sessions.revoke_all()
    return tokens


class TestAfterRevokeAll:
    def test_an_access_token_is_refused_at_once(self, kit, ended):
        answer = kit.get_with(ended.access)

        assert answer.status_code == 401
        assert answer.json()["reason"] == "session_ended"

    def test_a_refresh_token_is_refused_and_nothing_is_written(self, kit, ended, rows):
        before = rows()

        assert kit.refresh(ended.refresh).json()["reason"] == "session_ended"
        assert rows() == before

    @pytest.mark.parametrize("token", ["access", "refresh"])
    def test_neither_token_passes_verify(self, kit, ended, token):
        assert kit.verify(getattr(ended, token)).status_code == 401

    def test_the_session_is_not_listed(self, clock, kit, user, ended):
        clock.shift(LATER)

        (shown,) = kit.sessions(kit.sign_in(user).access)
        assert shown["current"]

    def test_the_session_cannot_be_renamed(self, user, ended):
        assert sessions.rename(ended.session.pk, user, "kitchen") is None

    def test_simple_jwts_check_refuses_it(self, ended):
        with pytest.raises(TokenError, match="This session has ended"):
            RefreshToken(ended.refresh).check_blacklist()

    def test_logging_out_is_still_no_error(self, kit, ended):
        assert kit.logout(ended.refresh).status_code == 200

    def test_the_log_tells_it_from_a_revoked_session(self, kit, ended, caplog):
        with caplog.at_level(logging.INFO, "drf_jwt_kit"):
            kit.get_with(ended.access)
            kit.refresh(ended.refresh)

        assert caplog.text.count("event=refused token=access") == 1
        assert caplog.text.count("event=refused token=refresh") == 1
        assert caplog.text.count("verdict=cut_off") == 2

    def test_who_logs_in_later_is_let_in(self, clock, kit, user, ended):
        clock.shift(LATER)
        tokens = kit.sign_in(user)

        assert kit.get_with(tokens.access).status_code == 200
        assert kit.refresh(tokens.refresh).status_code == 200

    def test_a_refresh_does_not_make_a_login_younger(self, clock, kit, user):
        tokens = kit.sign_in(user)
        clock.shift(LATER)
        rotated = kit.rotate(tokens.refresh)

        sessions.revoke_all()

        assert kit.get_with(rotated.access).status_code == 401
        assert kit.refresh(rotated.refresh).status_code == 401


class TestMoment:
    def test_is_taken_up_to_the_next_whole_second(self, clock, db):
        clock.shift(timedelta(milliseconds=300))

        assert sessions.revoke_all().timestamp() == NOON.timestamp() + 1

    def test_a_login_later_in_the_same_second_has_ended_too(self, clock, kit, user):
        """Its token cannot be told from one of before, which stateless requests compare."""
        clock.shift(timedelta(milliseconds=300))
        sessions.revoke_all()
        clock.shift(timedelta(milliseconds=300))

        assert kit.get_with(kit.sign_in(user).access).status_code == 401

    def test_a_login_at_the_next_whole_second_has_not(self, clock, kit, user):
        clock.shift(timedelta(milliseconds=300))
        sessions.revoke_all()
        clock.shift(timedelta(milliseconds=700))

        assert kit.get_with(kit.sign_in(user).access).status_code == 200

    def test_the_latest_of_several_counts(self, clock, kit, user):
        sessions.revoke_all()
        clock.shift(LATER)
        tokens = kit.sign_in(user)
        clock.shift(LATER)
        sessions.revoke_all()

        assert kit.get_with(tokens.access).status_code == 401


@pytest.mark.usefixtures("clock")
class TestACommitThatIsLater:
    """The time is that of the call, and nobody sees the row before the commit."""

    @pytest.fixture
    def commit(self, clock, signed_in, monkeypatch):
        """The end of all sessions, called five seconds ago in a transaction that is open still."""
        rows, save = [], Cutoff.save
        monkeypatch.setattr(Cutoff, "save", lambda row, **_: rows.append(row))
        clock.shift(LATER)
        sessions.revoke_all()
        clock.shift(LATER)
        return lambda: [save(row) for row in rows]

    def test_ends_what_was_there_at_the_call(self, kit, signed_in, commit):
        commit()

        assert kit.get_with(signed_in.access).status_code == 401

    def test_leaves_a_login_of_the_meantime(self, kit, user, commit):
        tokens = kit.sign_in(user)
        commit()

        assert kit.get_with(tokens.access).status_code == 200

    def test_leaves_a_session_whose_user_has_proved_anew_who_it_is(self, kit, signed_in, commit):
        header = {"Authorization": f"Bearer {signed_in.access}"}
        body = {"password": PASSWORD}
        anew = kit.post("/api/token/reauthenticate/", body, format="json", headers=header)
        commit()

        assert kit.get_with(anew.json()["access"]).status_code == 200
        assert kit.refresh(signed_in.refresh).status_code == 200


class TestQueries:
    def test_ending_everything_takes_one_and_writes_one_row(self, signed_in, queries, rows):
        before = rows()

        with queries() as made:
            sessions.revoke_all()

        assert len(made) == 1
        assert Cutoff.objects.count() == 1
        assert rows() == before

    def test_a_request_still_takes_one_with_one_join(self, clock, kit, user, ended, queries):
        clock.shift(LATER)
        tokens = kit.sign_in(user)

        with queries() as made:
            assert kit.get_with(tokens.access).status_code == 200

        assert len(made) == 1
        assert made[0].count("JOIN") == 1

    def test_a_refresh_still_takes_two(self, clock, kit, user, ended, queries):
        clock.shift(LATER)
        tokens = kit.sign_in(user)

        with queries() as made:
            assert kit.refresh(tokens.refresh).status_code == 200

        assert len(made) == 2


class TestTelling:
    @pytest.fixture
    def told(self):
        told = []

        def receive(sender, **facts):
            told.append(facts)

        all_sessions_revoked.connect(receive)
        yield told
        all_sessions_revoked.disconnect(receive)

    def test_waits_for_the_commit(
        self, clock, told, caplog, django_capture_on_commit_callbacks, user
    ):
        with caplog.at_level(logging.INFO, "drf_jwt_kit"):
            with django_capture_on_commit_callbacks() as waiting:
                valid_after = sessions.revoke_all(reason=RevokedReason.LOGOUT_ALL)
            assert (told, caplog.messages) == ([], [])
            [tell() for tell in waiting]

        assert [(facts["valid_after"], facts["reason"]) for facts in told] == [
            (valid_after, "logout_all")
        ]
        assert caplog.messages == [
            f"event=all_revoked valid_after={valid_after.isoformat()} reason=logout_all"
        ]

    def test_nothing_has_ended_where_the_transaction_is_rolled_back(self, kit, signed_in):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            sessions.revoke_all()
            raise ZeroDivisionError

        assert kit.get_with(signed_in.access).status_code == 200


def test_an_end_of_all_sessions_is_called_by_its_moment(clock, db):
    moment = sessions.revoke_all()

    assert str(Cutoff.objects.get()) == moment.isoformat()


class TestSetting:
    def test_ends_every_login_before_it(self, clock, kit, signed_in, settings):
        settings.DRF_JWT_KIT = {"SESSIONS_VALID_AFTER": datetime.now(timezone.utc) + LATER}

        assert kit.get_with(signed_in.access).status_code == 401
        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
        assert kit.verify(signed_in.access).status_code == 401

    def test_spares_a_login_after_it(self, clock, kit, signed_in, settings):
        settings.DRF_JWT_KIT = {"SESSIONS_VALID_AFTER": datetime.now(timezone.utc) - LATER}

        assert kit.get_with(signed_in.access).status_code == 200

    def test_is_taken_up_to_the_next_whole_second(self, clock, kit, user, settings):
        clock.shift(timedelta(milliseconds=600))
        tokens = kit.sign_in(user)
        settings.DRF_JWT_KIT = {"SESSIONS_VALID_AFTER": NOON + timedelta(milliseconds=300)}

        assert kit.get_with(tokens.access).status_code == 401

    def test_may_be_in_any_time_zone(self, clock, kit, signed_in, settings):
        tokyo = timezone(timedelta(hours=9))
        settings.DRF_JWT_KIT = {"SESSIONS_VALID_AFTER": datetime(2026, 1, 1, 21, tzinfo=tokyo)}

        assert kit.get_with(signed_in.access).status_code == 200

    def test_does_not_revive_what_the_table_has_ended(self, kit, ended, settings):
        settings.DRF_JWT_KIT = {"SESSIONS_VALID_AFTER": NOON - LATER}

        assert kit.get_with(ended.access).status_code == 401
