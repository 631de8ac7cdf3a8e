"""A database that cannot answer, and transactions of the project around us."""

import uuid
from datetime import timedelta
from importlib import import_module
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.db import DataError, OperationalError, connection, connections, transaction
from django.test import TestCase, override_settings
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import rows as session_rows
from drf_jwt_kit.sessions.account import fingerprint
from tests.conftest import PASSWORD, Kit, claims_of, make_user
from tests.properties.world import between_read_and_write

ENDPOINTS = [
    ("post", "/api/token/"),
    ("post", "/api/token/refresh/"),
    ("post", "/api/token/verify/"),
    ("post", "/api/token/logout/"),
    ("post", "/api/token/logout/all/"),
    ("get", "/api/token/sessions/"),
    ("patch", f"/api/token/sessions/{uuid.UUID(int=1)}/"),
    ("delete", f"/api/token/sessions/{uuid.UUID(int=1)}/"),
]


def away(times=100):
    """The first ``times`` queries of any table find nobody there."""
    left = [times]

    def wrapper(execute, sql, params, many, context):
        if left[0]:
            left[0] -= 1
            raise OperationalError("could not connect to server: Connection refused")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


@pytest.fixture
def asked_by_us_first(monkeypatch):
    """Without ATOMIC_REQUESTS, whose BEGIN would meet the fault before we do."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", False)


@pytest.mark.django_db
class TestNotMigrated:
    @pytest.fixture(autouse=True)
    def _no_table(self, user, signed_in):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE drf_jwt_kit_session RENAME TO not_there_yet")

    @pytest.mark.parametrize("path", ["", "refresh/", "verify/", "logout/"])
    def test_is_503_with_a_log_line_that_names_migrate(self, kit, user, signed_in, caplog, path):
        login = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        body = {**login, "refresh": signed_in.refresh, "token": signed_in.refresh}

        answer = kit.post_json(path, body)

        assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")
        assert answer["Retry-After"] == "1"
        assert "manage.py migrate" in caplog.text

    @pytest.mark.parametrize("path", ["/api/secure/", "/api/plain/"])
    def test_holds_for_the_projects_own_views(self, kit, signed_in, caplog, path):
        answer = kit.get_with(signed_in.access, path)

        assert answer.status_code == 503
        assert "manage.py migrate" in caplog.text


@pytest.mark.django_db
class TestLockedOrLost:
    def failing(self, times, kind=""):
        """The first ``times`` queries of the session table fail as a locked file does."""
        left = [times]

        def wrapper(execute, sql, params, many, context):
            if sql.startswith(kind) and "drf_jwt_kit_session" in sql and left[0]:
                left[0] -= 1
                raise OperationalError("database is locked")
            return execute(sql, params, many, context)

        return connection.execute_wrapper(wrapper)

    def test_is_503_and_never_500(self, kit, signed_in):
        with self.failing(100):
            answers = [
                kit.refresh(signed_in.refresh),
                kit.logout(signed_in.refresh),
                kit.get_with(signed_in.access),
            ]

        assert [answer.status_code for answer in answers] == [503] * 3

    @pytest.mark.parametrize(
        ("method", "path"),
        [*ENDPOINTS, ("get", "/api/secure/"), ("get", "/api/plain/")],
    )
    @pytest.mark.usefixtures("asked_by_us_first")
    def test_says_so_wherever_it_is_met(self, kit, user, signed_in, method, path):
        login = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        body = {**login, "refresh": signed_in.refresh, "token": signed_in.access, "name": "x"}
        bearer = {"Authorization": f"Bearer {signed_in.access}"}

        with away():
            answer = getattr(kit, method)(path, body, format="json", headers=bearer)

        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert answer.json()["code"] == "temporarily_unavailable"

    @pytest.mark.django_db(transaction=True)
    def test_is_tried_again_at_a_login(self, kit, user):
        with away(times=2):
            tokens = kit.sign_in(user)

        assert kit.get_with(tokens.access).status_code == 200

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("atomic_requests", [True, False])
    def test_is_tried_three_times_at_a_refresh(self, monkeypatch, kit, user, atomic_requests):
        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)
        tokens = kit.sign_in(user)

        with self.failing(2):
            assert kit.refresh(tokens.refresh).status_code == 200
        with self.failing(3):
            assert kit.refresh(tokens.refresh).status_code == 503

    @pytest.mark.django_db(transaction=True)
    def test_is_tried_again_when_a_reused_session_is_to_be_ended(self, clock, kit, user):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        clock.shift(11)

        with self.failing(1, kind="UPDATE"):
            assert kit.refresh(tokens.refresh).status_code == 401
        assert tokens.session.revoked_reason == RevokedReason.REUSED

    def test_a_database_that_is_locked_or_lost_ends_no_session(self, kit, signed_in):
        with self.failing(100):
            kit.refresh(signed_in.refresh)

        assert kit.refresh(signed_in.refresh).status_code == 200


class UnreachableThrottle(BaseThrottle):
    """Of the project's own, with its own table, which cannot be asked."""

    def allow_request(self, request, view):
        raise OperationalError("could not connect to server: Connection refused")


@pytest.mark.django_db
class TestAFaultInTheProjectsOwnCode:
    @pytest.fixture(autouse=True)
    def _throttle(self, monkeypatch):
        monkeypatch.setattr(APIView, "throttle_classes", [UnreachableThrottle])

    @pytest.mark.parametrize(("method", "path"), ENDPOINTS)
    def test_is_503_at_our_endpoints(self, kit, user, caplog, method, path):
        bearer = {"Authorization": f"Bearer {sessions.start(user).access}"}

        answer = getattr(kit, method)(path, {}, format="json", headers=bearer)

        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert answer.json()["code"] == "temporarily_unavailable"
        assert "event=database_unavailable" in caplog.text


@pytest.mark.django_db
class TestCharactersThatTheTableHasNot:
    """As in a table of MariaDB in latin1, or a database of PostgreSQL in another encoding."""

    MARIADB = DataError(1366, "Incorrect string value: '\\xF0\\x9F\\x98\\x80'")
    MARIADB.__cause__ = type("DataError", (Exception,), {"sqlstate": "22007"})()
    COMPARED = OperationalError(1267, "Illegal mix of collations")

    @pytest.fixture
    def refusing(self):
        def refuse(error):
            def wrapper(execute, sql, params, many, context):
                if "😀" in (params or ()):
                    raise error
                return execute(sql, params, many, context)

            return connection.execute_wrapper(wrapper)

        return refuse

    @pytest.fixture
    def postgresql(self):
        error = DataError("character has no equivalent in encoding LATIN1")
        error.__cause__ = type("UntranslatableCharacter", (Exception,), {"sqlstate": "22P05"})()
        return error

    def rename(self, kit, tokens):
        path = f"/api/token/sessions/{tokens.session.pk}/"
        bearer = {"Authorization": f"Bearer {tokens.access}"}
        return kit.patch(path, {"name": "😀"}, format="json", headers=bearer)

    def test_characters_that_mariadb_lacks_are_the_clients_mistake(self, kit, signed_in, refusing):
        with refusing(self.MARIADB):
            answer = self.rename(kit, signed_in)

        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")

    def test_characters_that_postgresql_lacks_are_refused(
        self, kit, signed_in, refusing, postgresql
    ):
        with refusing(postgresql):
            assert self.rename(kit, signed_in).status_code == 400

    def test_are_no_outage_in_a_login(self, kit, user, refusing, caplog):
        body = {user.USERNAME_FIELD: "😀", "password": PASSWORD}
        with refusing(self.COMPARED):
            answer = kit.post_json("", body)

        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
        assert "event=" not in caplog.text


@pytest.mark.django_db
class TestLostRace:
    def test_reads_and_judges_again(self, kit, signed_in):
        """Another request rotates between our read and our write."""
        with between_read_and_write(lambda: kit.rotate(signed_in.refresh)):
            loser = kit.rotate(signed_in.refresh)

        assert claims_of(loser.refresh)["gen"] == 1
        assert signed_in.session.generation == 1

    def test_never_turns_a_generation_back(self, kit, signed_in, monkeypatch):
        """Others have rotated several times between our read and our write."""
        real_find = session_rows.find

        def find(session_id):
            found = real_find(session_id)
            Session.objects.update(generation=5)
            return found

        monkeypatch.setattr(session_rows, "find", find)

        assert kit.refresh(signed_in.refresh).status_code == 401
        assert signed_in.session.generation == 5

    def test_reads_the_row_locked_inside_of_a_transaction(self, kit, signed_in, locked):
        """At REPEATABLE READ a plain second read would show the row as it was at the first."""
        with between_read_and_write(lambda: kit.rotate(signed_in.refresh)):
            sessions.refresh(signed_in.refresh)

        assert [sql.split()[0] for sql in locked] == ["SELECT"]
        assert "drf_jwt_kit_session" in locked[0]

    @pytest.mark.django_db(transaction=True)
    def test_locks_nothing_where_no_transaction_is_open(self, kit, user, locked):
        tokens = kit.sign_in(user)

        with between_read_and_write(lambda: kit.rotate(tokens.refresh)):
            sessions.refresh(tokens.refresh)

        assert [sql for sql in locked if "drf_jwt_kit_session" in sql] == []

    @pytest.fixture
    def locked(self, monkeypatch):
        """What is read FOR UPDATE, which SQLite has no words for."""
        monkeypatch.setattr(connection.features, "has_select_for_update", True)
        statements = []

        def wrapper(execute, sql, params, many, context):
            if sql.endswith(" FOR UPDATE"):
                statements.append(sql)
                sql = sql.removesuffix(" FOR UPDATE")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(wrapper):
            yield statements

    def test_a_race_lost_to_a_kept_session_reads_the_new_password(self, kit, signed_in, user):
        """The password changes, and the session is kept, between our read and our write."""
        with between_read_and_write(lambda: self.change_and_keep(user, signed_in.session)):
            rotated = kit.rotate(signed_in.refresh)

        assert kit.get_with(rotated.access).status_code == 200

    def change_and_keep(self, user, session):
        user.set_password("another one")
        get_user_model().objects.filter(pk=user.pk).update(password=user.password)
        Session.objects.filter(pk=session.pk).update(password_fingerprint=fingerprint(user))

    def test_a_race_lost_to_a_logout_hands_out_nothing(self, kit, signed_in, monkeypatch):
        real_find = session_rows.find

        def find(session_id):
            found = real_find(session_id)
            sessions.revoke(session_id)
            return found

        monkeypatch.setattr(session_rows, "find", find)

        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"

    @pytest.mark.django_db(transaction=True)
    def test_a_race_lost_to_a_theft_tells_of_it_once(self, clock, kit, signed_in, caplog):
        """A replay ends the session between our read and our write, and the clock stands still."""
        newest = kit.rotate(signed_in.refresh)
        clock.shift(timedelta(seconds=11))
        caplog.set_level("INFO", logger="drf_jwt_kit")

        with between_read_and_write(lambda: kit.refresh(signed_in.refresh)):
            answer = kit.refresh(newest.refresh)

        assert answer.status_code == 401
        assert caplog.text.count("event=reused") == 1

    @pytest.mark.django_db(transaction=True)
    def test_another_end_of_the_session_tells_of_no_theft(self, clock, kit, user, caplog):
        """The session ends between our read of a row that lives and our end of it."""
        stolen = kit.sign_in(user)
        kit.rotate(stolen.refresh)
        clock.shift(timedelta(seconds=11))
        caplog.set_level("INFO", logger="drf_jwt_kit")

        with between_read_and_write(lambda: sessions.revoke(stolen.session.pk)):
            answer = kit.refresh(stolen.refresh)

        assert answer.status_code == 401
        assert "verdict=reused" in caplog.text
        assert "event=reused" not in caplog.text
        assert stolen.session.revoked_reason == RevokedReason.BY_PROJECT

    def test_lost_three_times_is_503(self, kit, signed_in, monkeypatch):
        monkeypatch.setattr(
            import_module("drf_jwt_kit.sessions.refresh"), "store", lambda *args: False
        )

        assert kit.refresh(signed_in.refresh).status_code == 503


@pytest.mark.django_db(transaction=True)
class TestRevocationLasts:
    @pytest.mark.parametrize("atomic_requests", [True, False])
    def test_a_revocation_lasts_in_a_new_connection_after_the_401(
        self, monkeypatch, clock, user, atomic_requests
    ):
        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)
        kit = Kit()
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        clock.shift(11)

        assert kit.refresh(tokens.refresh).status_code == 401

        connection.close()
        assert tokens.session.revoked_reason == RevokedReason.REUSED

    def test_only_if_somebody_elses_transaction_commits(self, clock, kit, user):
        tokens = kit.sign_in(user)
        kit.rotate(tokens.refresh)
        clock.shift(11)

        with pytest.raises(InvalidToken), transaction.atomic():
            sessions.refresh(tokens.refresh)
        assert tokens.session.revoked_at is None

        with transaction.atomic(), pytest.raises(InvalidToken):
            sessions.refresh(tokens.refresh)
        assert tokens.session.revoked_at is not None


class TwoRefusalsAndAQuery(TestCase):
    """A project's own TestCase, whose transaction a refusal must not spoil."""

    def journey(self):
        user = make_user("ada")
        kit = Kit()
        kit.sign_in(user)
        first = kit.refresh("garbage")
        second = kit.get("/api/token/sessions/")

        assert (first.status_code, second.status_code) == (401, 401)
        assert get_user_model().objects.filter(pk=user.pk).exists()

    def test_two_refusals_leave_the_transaction_whole_with_atomic_requests(self):
        with mock.patch.dict(connections["default"].settings_dict, ATOMIC_REQUESTS=True):
            self.journey()

    def test_two_refusals_leave_the_transaction_whole_without_atomic_requests(self):
        with mock.patch.dict(connections["default"].settings_dict, ATOMIC_REQUESTS=False):
            self.journey()

    def test_two_refusals_leave_the_transaction_whole_with_a_handler_of_the_projects(self):
        handler = {"EXCEPTION_HANDLER": "drf_jwt_kit.views.exception_handler"}
        with override_settings(REST_FRAMEWORK=handler):
            self.test_two_refusals_leave_the_transaction_whole_with_atomic_requests()
