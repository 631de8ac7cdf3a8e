"""Which statements make a node of a cluster catch up, and that nobody else is asked."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.db import OperationalError, transaction

from drf_jwt_kit import sessions
from drf_jwt_kit.conf.documentation import page
from drf_jwt_kit.exceptions import InvalidToken, ServiceUnavailable
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import causal
from drf_jwt_kit.sessions.causal import READS, UPDATES, catch_up
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import NOON, claims_of
from tests.flows.browser import REFRESH
from tests.flows.device import BindingBrowser

DAY = timedelta(days=1)
BOTH = READS | UPDATES


class Node:
    """A MariaDB as far as its variables go; it remembers what it was told."""

    vendor = "mysql"
    alias = "default"

    def __init__(self, *, on="ON", sync_wait=0, in_transaction=False):
        self.settings_dict = {"HOST": "node-1", "PORT": str(id(self))}
        self.variables = [("wsrep_on", on), ("wsrep_sync_wait", str(sync_wait))]
        self.in_atomic_block = in_transaction
        self.told = []
        self.apart = None
        self.is_late = False

    def get_autocommit(self):
        return True

    def copy(self):
        self.apart = Node(sync_wait=self.variables[1][1])
        return self.apart

    def close(self):
        self.told.append("closed")

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, sql, params=()):
        self.told.append(sql % tuple(params) if params else sql)
        if self.is_late and sql == "SELECT 1":
            raise OperationalError(1205, "Lock wait timeout exceeded")

    def fetchall(self):
        return self.variables


@pytest.fixture
def asks(monkeypatch):
    """``asks(node)``: that node has the sessions."""

    def of(node):
        monkeypatch.setattr(causal, "connections", {"default": node})
        monkeypatch.setattr(causal, "_known", {})
        return node

    return of


CATCHES_UP = ["SET SESSION wsrep_sync_wait = 1", "SELECT 1", "SET SESSION wsrep_sync_wait = 0"]


class TestCatchingUp:
    def test_is_one_causal_read(self, asks):
        node = asks(Node())

        assert catch_up()
        assert node.told[1:] == CATCHES_UP

    def test_asks_once_a_minute_whether_there_is_a_cluster(self, asks):
        node = asks(Node())

        catch_up()
        catch_up()

        assert node.told[1:] == CATCHES_UP * 2

    @pytest.mark.parametrize(("sync_wait", "statements"), [(1, READS), (3, BOTH), (7, BOTH)])
    def test_is_not_needed_where_statements_wait_by_themselves(self, asks, sync_wait, statements):
        node = asks(Node(sync_wait=sync_wait))

        assert not catch_up(statements)
        assert len(node.told) == 1

    def test_is_needed_for_updates_where_only_reads_wait(self, asks):
        node = asks(Node(sync_wait=1))

        assert catch_up(BOTH)
        assert node.told[-1] == "SET SESSION wsrep_sync_wait = 1"

    def test_has_a_connection_of_its_own_inside_a_transaction(self, asks):
        node = asks(Node(in_transaction=True))

        assert catch_up()
        assert len(node.told) == 1
        assert node.apart.told == [*CATCHES_UP, "closed"]

    def test_leaves_the_connection_as_it_was_if_the_node_is_too_late(self, asks):
        node = asks(Node())
        node.is_late = True

        with pytest.raises(OperationalError):
            catch_up()

        assert node.told[-1] == "SET SESSION wsrep_sync_wait = 0"

    def test_is_503_for_whoever_waits_for_too_long_for_its_turn(self, asks, monkeypatch):
        asks(Node())
        monkeypatch.setattr(causal, "_PATIENCE", 0.01)
        taken = threading.Lock()
        monkeypatch.setattr(causal, "_waiting", {causal.os.getpid(): taken})

        with taken, pytest.raises(ServiceUnavailable):
            catch_up()


def test_a_refresh_of_the_newest_token_waits_for_nobody(kit, signed_in, monkeypatch):
    asked = []
    monkeypatch.setattr(ASKING[NAMES.index("refresh")], "catch_up", lambda: asked.append(1))

    kit.rotate(signed_in.refresh)

    assert asked == []


class TestWhereThereIsNoCluster:
    @pytest.mark.parametrize("variables", [[], [("wsrep_on", "OFF")]], ids=["mysql", "mariadb"])
    def test_nothing_is_caught_up_with(self, asks, variables):
        node = asks(Node())
        node.variables = variables

        assert not catch_up()
        assert not catch_up(BOTH)
        assert len(node.told) == 1

    def test_an_unknown_session_costs_no_query(self, kit, signed_in, queries):
        signed_in.session.delete()

        with queries() as made, pytest.raises(InvalidToken):
            sessions.refresh(signed_in.refresh)

        assert [sql for sql in made if "wsrep" in sql.lower()] == []

    def test_an_end_that_finds_nothing_is_one_query(self, signed_in, queries):
        session = signed_in.session
        sessions.revoke(session)

        with queries() as made:
            assert sessions.revoke(session) == 0

        assert len(made) == 1

    def test_nothing_is_said_by_the_check(self, db):
        assert [one for one in run_checks(databases=["default"]) if "W060" in one.id] == []


class TestCheck:
    @pytest.fixture
    def said(self, asks):
        return lambda node: asks(node) and [*causal.check(["default"])]

    def test_warns_of_a_node_that_does_not_wait(self, said):
        (warning,) = said(Node())

        assert warning.id == "drf_jwt_kit.W060"
        assert warning.msg == (
            "The database 'default' is a node of a Galera cluster, and wsrep_sync_wait is 0. It "
            "does not wait for what other nodes have committed: a session that was ended there "
            "goes on here for a while."
        )
        assert warning.hint == (
            'Add "init_command": "SET SESSION wsrep_sync_wait = 3" to the OPTIONS of '
            f"DATABASES['default']. {page('docs/how-to/databases.md')} says what that costs."
        )

    def test_warns_where_only_reads_wait(self, said):
        (warning,) = said(Node(sync_wait=1))

        assert warning.msg.endswith(
            "an end that finds no session here has to wait for the cluster and try again."
        )

    @pytest.mark.parametrize("node", [Node(sync_wait=3), Node(sync_wait=15), Node(on="OFF")])
    def test_is_silent_where_nothing_is_missed(self, said, node):
        assert said(node) == []

    def test_is_silent_about_databases_that_are_not_asked_for(self, asks):
        asks(Node())

        assert [*causal.check([])] == []
        assert [*causal.check(["another"])] == []

    def test_runs_where_a_database_is_named_and_asks_nothing_elsewhere(self, asks):
        node = asks(Node())

        named = [one.id for one in run_checks(tags=["database"], databases=["default"])]
        unnamed = [one.id for one in run_checks()]

        assert "drf_jwt_kit.W060" in named
        assert "drf_jwt_kit.W060" not in unnamed
        assert len(node.told) == 1


NAMES = ("end", "logins", "password_change", "refresh", "rows")
ASKING = [sys.modules[f"drf_jwt_kit.sessions.{name}"] for name in NAMES]


@pytest.fixture
def late(monkeypatch, signed_in):
    """``late()``: the node has never heard of the login; it gets the row when it catches up.

    ``late(generation=0)`` has heard of the login, and not of the rotations since.
    """

    def lag(**stale):
        unheard = [signed_in.session]
        found = Session.objects.filter(pk=signed_in.session.pk)
        found.update(**stale) if stale else found.delete()

        def hear(statements=READS):
            for row in [*unheard]:
                unheard.remove(row)
                row.save(force_insert=not found.exists())
            return True

        for module in ASKING:
            monkeypatch.setattr(module, "catch_up", hear)

    return lag


class TestSessionThatTheNodeHearsOfLate:
    def test_is_accepted(self, kit, signed_in, late):
        late()

        assert kit.get_with(signed_in.access).status_code == 200

    def test_is_refreshed(self, kit, signed_in, late):
        late()

        assert claims_of(kit.rotate(signed_in.refresh).refresh)["gen"] == 1

    def test_is_verified(self, kit, signed_in, late):
        late()

        assert kit.verify(signed_in.refresh).status_code == 200

    def test_is_ended_with_its_refresh_token(self, kit, signed_in, late):
        late()

        assert kit.logout(signed_in.refresh).status_code == 200
        assert signed_in.session.revoked_reason == "logout"

    def test_is_ended_with_its_access_token(self, kit, signed_in, late):
        late()

        headers = {"Authorization": f"Bearer {signed_in.access}"}
        assert kit.post_json("logout/", {}, **headers).status_code == 200
        assert signed_in.session.revoked_reason == "logout"

    def test_is_ended_with_those_that_the_node_knows(self, kit, user, signed_in, late):
        known = kit.sign_in(user)
        late()

        assert sessions.revoke(user=user) == 2
        assert signed_in.session.revoked_at == known.session.revoked_at is not None

    def test_is_ended_by_statements_neither_of_which_may_lag(self, user, signed_in, monkeypatch):
        asked = []
        monkeypatch.setattr(ASKING[0], "catch_up", asked.append)

        sessions.revoke(user=user)

        assert asked == [BOTH]

    def test_is_given_a_name(self, user, signed_in, late):
        session = signed_in.session
        late()

        assert sessions.rename(session.pk, user, "My phone").name == "My phone"

    def test_is_kept_after_a_change_of_the_password(self, kit, user, signed_in, late):
        token = AccessToken(signed_in.access)
        late()
        user.set_password("another one")
        user.save()

        sessions.keep(SimpleNamespace(auth=token), user)

        assert kit.get_with(signed_in.access).status_code == 200


@pytest.mark.urls("tests.flows.cookie_urls")
class TestBoundSessionThatTheNodeHearsOfLate:
    @pytest.fixture
    def browser(self, settings, user, signed_in):
        """Its session is that of ``late``."""
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        browser = BindingBrowser()
        browser.cookies[REFRESH] = signed_in.refresh
        return browser

    def test_is_bound(self, browser, signed_in, late):
        late()

        assert browser.bind_what_it_holds().status_code == 200
        assert signed_in.session.bound_since == 0

    def test_is_bound_with_a_token_that_is_no_token_ahead_of_its_row(
        self, browser, kit, signed_in, late
    ):
        browser.cookies[REFRESH] = kit.rotate(signed_in.refresh).refresh
        late(generation=0, rotated_at=None)

        assert browser.bind_what_it_holds().status_code == 200
        assert signed_in.session.bound_since == 1

    def test_is_told_to_a_page_that_asks(self, browser, late):
        late()

        assert browser.get("/api/auth/bind/").json() == {"device_bound": False}


class TestRotationThatTheNodeHearsOfLate:
    @pytest.fixture
    def newer(self, kit, signed_in, late):
        newer = kit.rotate(signed_in.refresh)
        late(generation=0, rotated_at=None)
        return newer

    def test_is_no_token_ahead_of_its_row(self, kit, newer, caplog):
        assert kit.refresh(newer.refresh).status_code == 200
        assert "verdict=ahead" not in caplog.text

    def test_is_verified(self, kit, newer):
        assert kit.verify(newer.refresh).status_code == 200


@pytest.mark.django_db(transaction=True)
class TestUserThatChangesInATransaction:
    def change(self, kit, user):
        with transaction.atomic():
            user.set_password("another one")
            user.save()
            late = Session.objects.create(  # of which the node hears only now
                user=user, expires_at=NOON + DAY, refresh_lifetime=DAY, password_fingerprint="old"
            )
        late.refresh_from_db()
        return late

    def test_ends_sessions_once_more_after_the_commit(self, kit, user):
        assert self.change(kit, user).revoked_reason == "password_changed"
