"""No server-side cursor is opened: PgBouncer in transaction mode would lose it."""

from __future__ import annotations

import pytest

from tests.conftest import claims_of
from tests.servers.database import Database


@pytest.fixture(scope="module")
def server(fleet):
    """A PostgreSQL that logs each statement."""
    from .makers import to_be_had

    return to_be_had(fleet.private, "postgresql")


@pytest.fixture(scope="module")
def site(server, serve):
    database = Database.on("postgresql", server)
    server.execute("ALTER SYSTEM SET log_statement = 'all'")
    server.execute("SELECT pg_reload_conf()")
    return serve(database, workers=1, threads=2)


@pytest.fixture
def cursors(server):
    """How many cursors were opened so far."""
    return lambda: (server.folder / "log").read_text(errors="replace").count("DECLARE")


def bearer(login):
    return {"Authorization": f"Bearer {login.access}"}


def test_the_log_shows_a_cursor_that_is_opened(site, cursors):
    before = cursors()

    site.act("open_cursor")

    assert cursors() == before + 1


def test_no_endpoint_opens_a_cursor(site, cursors):
    before, kit = cursors(), site.kit()
    login = kit.sign_in(site.newcomer())
    address = f"/api/token/sessions/{claims_of(login.access)['sid']}/"

    answers = [
        kit.refresh(login.refresh),
        kit.verify(login.access),
        kit.get_with(login.access, "/api/token/sessions/"),
        kit.patch(address, {"name": "My phone"}, headers=bearer(login)),
        kit.post_json("logout/all/?except=current", {}, **bearer(login)),
        kit.delete(address, headers=bearer(login)),
        kit.logout(login.refresh),
    ]

    assert [answer.status_code for answer in answers] == [200] * 5 + [204, 200]
    assert cursors() == before


@pytest.mark.parametrize(
    "words",
    [
        ["sessions", "list"],
        ["sessions", "list", "--all"],
        ["sessions", "list", "--user", "root", "--all"],
        ["sessions", "revoke", "--user", "root"],
        ["keys", "list"],
        ["keys", "check"],
        ["flush"],
    ],
    ids=" ".join,
)
def test_no_command_opens_a_cursor(site, cursors, words):
    before = cursors()
    site.kit().sign_in(site.newcomer())

    site.act("command", words=words)

    assert cursors() == before


def test_the_admin_opens_no_cursor(site, cursors):
    before = cursors()
    login = site.kit().sign_in(site.newcomer())
    session = claims_of(login.refresh)["sid"]

    site.act("show_in_admin", session=session)
    site.act("end_in_admin", session=session)

    assert cursors() == before


@pytest.mark.parametrize("act", ["change_password", "delete_user"])
def test_no_change_of_a_user_opens_a_cursor(site, cursors, act):
    before, user = cursors(), site.newcomer()
    site.kit().sign_in(user)
    more = {"password": "another one"} if act == "change_password" else {}

    site.act(act, user=user.pk, **more)

    assert cursors() == before


def test_a_count_of_the_tokens_that_are_alive_opens_no_cursor(site, cursors):
    before = cursors()

    site.act("count_alive")

    assert cursors() == before
