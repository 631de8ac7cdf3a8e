"""When the database fails under us: what is tried again, what is not, and that nothing is lost."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import (
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.test import override_settings
from django.utils import timezone
from rest_framework import serializers

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import NoActiveAccount, ServiceUnavailable
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import SessionLimits, faults
from drf_jwt_kit.sessions.faults import RowChanged, persistently
from drf_jwt_kit.sessions.life import is_doubled
from drf_jwt_kit.signals import refresh_reused, session_revoked, session_started
from drf_jwt_kit.tokens import ClaimsSerializer
from tests.conftest import claims_of


def deadlock():
    return OperationalError(1213, "Deadlock found when trying to get lock")


@contextmanager
def answer_lost(statement, meanwhile=lambda: None):
    """The first such statement on the session table is carried out, and then the line is cut.

    ``meanwhile`` happens before the next attempt.
    """
    left = [statement]

    def wrapper(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if left and sql.startswith(statement) and "drf_jwt_kit_session" in sql:
            left.clear()
            meanwhile()
            raise OperationalError("server closed the connection unexpectedly")
        return result

    with connection.execute_wrapper(wrapper):
        yield
    assert not left, f"There was no {statement}."


@contextmanager
def heard(signal):
    told = []

    def hear(**facts):
        told.append(facts)

    signal.connect(hear)
    yield told
    signal.disconnect(hear)


@pytest.mark.django_db(transaction=True)
class TestWrittenButNotAnswered:
    def test_a_login_is_one_session_told_once(self, kit, user):
        with answer_lost("INSERT"), heard(session_started) as told:
            tokens = kit.sign_in(user)

        assert kit.get_with(tokens.access).status_code == 200
        assert (Session.objects.count(), len(told)) == (1, 1)

    def test_a_refresh_answers_the_generation_that_it_wrote(self, kit, user):
        tokens = kit.sign_in(user)

        with answer_lost("UPDATE"):
            rotated = kit.rotate(tokens.refresh)

        assert claims_of(rotated.refresh)["gen"] == tokens.session.generation == 1

    @override_settings(DRF_JWT_KIT={"ROTATION_LEEWAY": timedelta(0)})
    def test_a_rotation_written_but_not_answered_is_no_reuse_without_leeway(self, kit, user):
        tokens = kit.sign_in(user)

        with answer_lost("UPDATE"):
            rotated = kit.rotate(tokens.refresh)

        assert kit.get_with(rotated.access).status_code == 200

    def test_a_refresh_asks_for_the_row_alone_when_it_is_tried_again(self, kit, user, queries):
        """So that a transaction can lock it, and sees what is there now."""
        tokens = kit.sign_in(user)

        with answer_lost("UPDATE"), queries() as made:
            kit.rotate(tokens.refresh)

        assert [" JOIN " in sql for sql in made if sql.startswith("SELECT")] == [True, False, False]

    def test_a_refresh_that_is_tried_again_is_no_duplicate_of_itself(self, kit, user):
        tokens = kit.sign_in(user)

        with answer_lost("UPDATE"):
            kit.rotate(tokens.refresh)

        assert not is_doubled(tokens.session.duplicates)

    def test_a_session_that_another_ends_at_the_same_moment_was_not_reused(self, clock, kit, user):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        clock.shift(11)

        logout = lambda: Session.objects.update(revoked_reason=RevokedReason.LOGOUT)  # noqa: E731
        with answer_lost("UPDATE", logout), heard(refresh_reused) as told:
            assert kit.refresh(tokens.refresh).status_code == 401

        assert told == []

    def test_a_logout_is_told_once(self, kit, user):
        tokens = kit.sign_in(user)

        with answer_lost("UPDATE"), heard(session_revoked) as told:
            assert kit.logout(tokens.refresh).status_code == 200

        assert [facts["count"] for facts in told] == [1]

    def test_an_end_of_all_does_not_count_what_had_ended_for_the_same_reason(self, clock, user):
        sessions.revoke(claims_of(sessions.start(user).refresh)["sid"])
        sessions.start(user)
        clock.shift(1)

        with answer_lost("UPDATE"):
            assert sessions.revoke(user=user) == 1

    def test_an_end_of_all_does_not_count_what_ended_at_the_same_moment(self, clock, kit, user):
        kit.logout(kit.sign_in(user).refresh)
        sessions.start(user)

        with answer_lost("UPDATE"):
            assert sessions.revoke(user=user) == 1

    def test_a_theft_is_told_once(self, clock, kit, user):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        clock.shift(11)

        with answer_lost("UPDATE", lambda: clock.shift(1)), heard(refresh_reused) as told:
            assert kit.refresh(tokens.refresh).status_code == 401

        assert [facts["session_id"] for facts in told] == [tokens.session.pk]

    def test_a_theft_is_told_once_where_a_faster_clock_has_written_the_last_use(
        self, clock, kit, user
    ):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        clock.shift(11)
        Session.objects.update(last_used_at=timezone.now() + timedelta(seconds=5))

        with answer_lost("UPDATE"), heard(refresh_reused) as told:
            assert kit.refresh(tokens.refresh).status_code == 401

        assert [facts["session_id"] for facts in told] == [tokens.session.pk]

    def test_the_end_of_a_login_that_is_refused_after_all_is_told_once(self, clock, user):
        get_user_model().objects.update(is_active=False)

        lost = answer_lost("UPDATE", lambda: clock.shift(1))
        with lost, heard(session_revoked) as told, pytest.raises(NoActiveAccount):
            sessions.start(user)

        assert [facts["count"] for facts in told] == [1]

    def test_a_session_that_was_ended_is_not_404(self, kit, user):
        tokens = kit.sign_in(user)
        path = f"/api/token/sessions/{tokens.session.pk}/"
        bearer = {"Authorization": f"Bearer {tokens.access}"}

        with answer_lost("UPDATE"):
            assert kit.delete(path, headers=bearer).status_code == 204


@contextmanager
def failing(statements, error):
    """Raise ``error`` in place of every statement with all of ``statements`` in it."""

    def wrapper(execute, sql, params, many, context):
        if all(part in sql for part in statements):
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def inserts_refused():
    """As by a constraint that the project has added to the session table."""
    error = IntegrityError("CHECK constraint failed: one_per_device")
    return failing(["INSERT", "drf_jwt_kit_session"], error)


@pytest.mark.django_db(transaction=True)
class TestAConstraintOfTheProjects:
    def test_is_not_mistaken_for_an_insert_of_ours_whose_answer_was_lost(self, user):
        with inserts_refused(), pytest.raises(IntegrityError, match="one_per_device"):
            sessions.start(user)
        assert not Session.objects.exists()


class Failing:
    """Work that fails with ``error`` a number of times, and remembers how it was asked."""

    def __init__(self, error, times):
        self.error, self.times, self.asked = error, times, []

    def __call__(self, again):
        self.asked.append(again)
        if len(self.asked) <= self.times:
            raise self.error
        return "done"


@pytest.mark.django_db(transaction=True)
class TestPersistently:
    @pytest.mark.parametrize(
        "error",
        [
            OperationalError("database is locked"),
            OperationalError(1020, "Record has changed since last read in table"),
            InterfaceError("connection already closed"),
            RowChanged(),
        ],
    )
    def test_does_it_three_times_at_most(self, error):
        assert persistently(Failing(error, 2)) == "done"
        with pytest.raises(ServiceUnavailable):
            persistently(Failing(error, 3))

    def test_says_from_the_second_attempt_on_that_it_is_one(self):
        work = Failing(OperationalError("database is locked"), 2)

        persistently(work)

        assert work.asked == [False, True, True]

    def test_replaces_a_connection_that_was_cut_before_it_tries_again(self, monkeypatch):
        asked = []
        monkeypatch.setattr(connection, "errors_occurred", True)
        monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: asked.append(1))

        persistently(Failing(OperationalError("server closed the connection"), 1))

        assert asked == [1]

    def test_leaves_an_error_of_ours_or_the_projects_alone(self):
        work = Failing(IntegrityError("NOT NULL constraint failed"), 1)

        with pytest.raises(IntegrityError):
            persistently(work)
        assert work.asked == [False]

    def test_does_nothing_twice_inside_of_somebodys_transaction(self):
        work = Failing(OperationalError("deadlock detected"), 1)

        with transaction.atomic(), pytest.raises(ServiceUnavailable):
            persistently(work)
        assert work.asked == [False]

    def test_does_nothing_twice_in_a_transaction_opened_by_hand(self):
        work = Failing(OperationalError("deadlock detected"), 1)
        connection.set_autocommit(False)

        with pytest.raises(ServiceUnavailable):
            persistently(work)

        connection.rollback()
        connection.set_autocommit(True)
        assert work.asked == [False]

    def test_judges_again_even_there_where_only_a_row_has_changed(self):
        with transaction.atomic():
            assert persistently(Failing(RowChanged(), 1)) == "done"

    def test_begins_nothing_after_two_seconds(self, monkeypatch):
        times = iter([100.0, 102.1])
        monkeypatch.setattr(faults, "monotonic", lambda: next(times))
        work = Failing(OperationalError("Lock wait timeout exceeded"), 1)

        with pytest.raises(ServiceUnavailable):
            persistently(work)
        assert work.asked == [False]

    @pytest.mark.parametrize("conflict", [RowChanged(), deadlock()], ids=["lost race", "deadlock"])
    def test_judges_a_conflict_again_however_long_the_claims_took(self, monkeypatch, conflict):
        times = iter([100.0, 102.1])
        monkeypatch.setattr(faults, "monotonic", lambda: next(times))
        work = Failing(conflict, 1)

        assert persistently(work) == "done"
        assert work.asked == [False, True]

    def test_does_not_hammer_a_database_that_is_not_migrated(self):
        work = Failing(OperationalError("no such table: drf_jwt_kit_session"), 1)

        with pytest.raises(ServiceUnavailable):
            persistently(work)
        assert work.asked == [False]


def asks_the_database(user, request):
    get_user_model().objects.count()
    return SessionLimits()


class AskingClaims(ClaimsSerializer):
    users = serializers.SerializerMethodField()

    def get_users(self, user):
        return get_user_model().objects.count()


def counting_fails():
    return failing(["SELECT COUNT"], OperationalError("database is locked"))


@pytest.mark.django_db(transaction=True)
class TestAFaultInWhatTheProjectAsksAtALogin:
    @pytest.mark.parametrize(
        "settings",
        [
            {"SESSION_LIMITS": "tests.sessions.test_faults.asks_the_database"},
            {"CLAIMS_SERIALIZER": "tests.sessions.test_faults.AskingClaims"},
        ],
        ids=["limits", "claims"],
    )
    def test_is_unavailable_and_starts_no_session(self, user, settings):
        with (
            override_settings(DRF_JWT_KIT=settings),
            counting_fails(),
            pytest.raises(ServiceUnavailable),
        ):
            sessions.start(user)

        assert not Session.objects.exists()

    def test_is_unavailable_at_a_refresh_and_costs_no_generation(self, kit, user):
        tokens = kit.sign_in(user)
        claims = {"CLAIMS_SERIALIZER": "tests.sessions.test_faults.AskingClaims"}

        with (
            override_settings(DRF_JWT_KIT=claims),
            counting_fails(),
            pytest.raises(ServiceUnavailable),
        ):
            sessions.refresh(tokens.refresh)

        assert tokens.session.generation == 0

    def test_is_none_to_the_request_once_its_login_has_committed(self, kit, user):
        """What is too many is counted again then, and may be ended by the next login."""

        def away_after_the_commit(execute, sql, params, many, context):
            if sql.startswith("SELECT") and not connection.in_atomic_block:
                asked.append(sql)
                raise OperationalError("database is locked")
            return execute(sql, params, many, context)

        asked = []
        with (
            override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 1}),
            connection.execute_wrapper(away_after_the_commit),
            transaction.atomic(),
        ):
            pair = sessions.start(user)

        assert asked
        assert kit.get_with(pair.access).status_code == 200


class TestStandby:
    def test_a_server_that_became_read_only_is_unavailable(self):
        error = InternalError("cannot execute UPDATE in a read-only transaction")
        error.__cause__ = type("ReadOnlySqlTransaction", (Exception,), {"sqlstate": "25006"})()

        assert faults.as_unavailable(error) is not None

    def test_other_errors_within_a_server_are_not_hidden(self):
        assert faults.as_unavailable(InternalError("invalid page in block 7")) is None


@pytest.mark.django_db(transaction=True)
class TestRolledBack:
    @contextmanager
    def rolled_back(self):
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def test_a_login_has_not_happened(self, kit, user):
        with self.rolled_back(), heard(session_started) as told:
            tokens = sessions.start(user)

        assert kit.get_with(tokens.access).status_code == 401
        assert kit.refresh(tokens.refresh).json()["reason"] == "session_ended"
        assert told == []

    def test_a_refresh_leaves_the_token_before_it_current(self, kit, user):
        tokens = kit.sign_in(user)

        with self.rolled_back():
            never_given = sessions.refresh(tokens.refresh)

        assert kit.refresh(never_given.refresh).status_code == 401
        assert kit.refresh(tokens.refresh).status_code == 200

    def test_an_end_is_undone_and_not_told(self, kit, user):
        tokens = kit.sign_in(user)

        with self.rolled_back(), heard(session_revoked) as told:
            sessions.revoke(user=user)

        assert kit.get_with(tokens.access).status_code == 200
        assert told == []


def caused(error, cause):
    error.__cause__ = cause
    return error


class TestWhatAPersonIsTold:
    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (ImproperlyConfigured("It is gone."), "It is gone."),
            (caused(ImproperlyConfigured("It is gone."), OSError("a secret")), "It is gone."),
            (caused(ServiceUnavailable(), ImproperlyConfigured("It is gone.")), "It is gone."),
            (caused(ServiceUnavailable(), OperationalError("a secret")), "OperationalError"),
            (caused(ServiceUnavailable(), deadlock()), "OperationalError 1213"),
        ],
    )
    def test_is_in_our_words_or_the_type_of_the_error(self, error, said):
        assert faults.reason_of(error) == said

    def test_is_our_sentence_where_nothing_else_is_behind_it(self):
        assert faults.reason_of(ServiceUnavailable()).startswith("Logging in is not available")


class TestTheLog:
    """A DATABASE_URL with a password that is not quoted comes apart at its "@", "/" and "#"."""

    @pytest.mark.parametrize(
        ("name", "says", "shown"),
        [
            ("HOST", 'could not translate host name "s#cret" to address', '"(HOST)" to address'),
            ("NAME", 'FATAL:  database "s#cret" does not exist', 'database "(NAME)" does not'),
            ("PORT", 'invalid port number: "s#cret"', 'invalid port number: "(PORT)"'),
            ("USER", "Access denied for user 's#cret'@'db'", "for user '(USER)'@'db'"),
            ("PASSWORD", "the password s#cret is too long", "the password (PASSWORD) is too"),
        ],
    )
    def test_shows_nothing_that_a_connection_was_given(
        self, caplog, monkeypatch, name, says, shown
    ):
        monkeypatch.setitem(connections.settings["default"], name, "s#cret")

        faults.as_unavailable(OperationalError(says))

        (line,) = caplog.messages
        assert "s#cret" not in line
        assert shown in line.replace("\\'", "'")

    def test_shows_what_else_the_driver_says(self, caplog, monkeypatch):
        monkeypatch.setitem(connections.settings["default"], "NAME", "data")

        faults.as_unavailable(OperationalError("database is locked\nand more"))

        assert caplog.messages == ["event=database_unavailable error='database is locked'"]
