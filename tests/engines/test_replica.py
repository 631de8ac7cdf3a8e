"""A PostgreSQL replica five seconds behind, which a project's router reads from."""

from __future__ import annotations

import time

import pytest

from tests.conftest import PASSWORD, claims_of
from tests.servers.database import Database
from tests.servers.makers import to_be_had

from .replica import DELAY, Replica

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def replica(fleet):
    primary = to_be_had(fleet.private, "postgresql")
    replica = Replica.own(primary)
    yield replica
    replica.discard()


@pytest.fixture(scope="module")
def serve_with(replica, serve):
    """``serve_with(router)``: a site that the replica has heard of."""

    def start(router):
        database = Database.on("postgresql", replica.primary)
        name = database.settings["NAME"]
        site = serve(
            database,
            DATABASES={"default": database.settings, "replica": replica.settings(name)},
            DATABASE_ROUTERS=[f"tests.engines.routers.{router}"],
            workers=2,
        )
        time.sleep(DELAY + 2)
        return site

    return start


@pytest.fixture(scope="module")
def statements(replica, serve_with):
    """What the replica is asked while a site does all that it can."""
    site = serve_with("EveryRead")
    kit, user = site.kit(), site.newcomer()
    time.sleep(DELAY + 2)
    login = kit.sign_in(user)
    session = claims_of(login.refresh)["sid"]
    assert kit.get_with(login.access).status_code == 200
    assert kit.verify(login.access).status_code == 200
    assert [one["id"] for one in kit.sessions(login.access)] == [session]
    site.act("show_in_admin", session=session)
    site.act("command", words=["sessions", "list", "--all"])
    site.act("command", words=["keys", "list"])
    site.act("count_alive")
    newer = kit.rotate(login.refresh)
    site.act("end_in_admin", session=session)
    assert kit.get_with(newer.access).status_code == 401
    assert kit.logout(newer.refresh).status_code == 200
    site.act("change_password", user=user.pk, password="another one")
    site.act("command", words=["flush"])
    return replica.statements()


class TestProjectThatReadsEverythingThere:
    def test_asks_it_for_users(self, statements):
        assert [line for line in statements if 'FROM "auth_user"' in line]

    def test_never_asks_it_for_a_table_of_ours(self, statements):
        assert [line for line in statements if "drf_jwt_kit_" in line] == []


@pytest.fixture(scope="module")
def site(serve_with):
    return serve_with("OfTheDocuments")


class TestRouterOfTheDocuments:
    def test_lets_nobody_in_with_a_password_that_was_changed(self, site):
        user = site.newcomer()
        time.sleep(DELAY + 2)
        site.act("change_password", user=user.pk, password="another one")
        kit = site.kit()

        old, new = [
            kit.post_json("", {"username": user.name, "password": password}).status_code
            for password in (PASSWORD, "another one")
        ]

        assert (old, new) == (401, 200)

    def test_lets_a_user_in_at_once(self, site):
        login = site.kit().sign_in(site.newcomer())

        assert site.kit().get_with(login.access).status_code == 200
