"""PgBouncer in transaction mode: a session of the database ends with each transaction."""

from __future__ import annotations

from functools import partial

import pytest

from tests.races.together import together
from tests.servers.database import Database

pytestmark = pytest.mark.long

CLIENTS = 16
ROUNDS = 20


@pytest.fixture(scope="module")
def site(pgbouncer, serve):
    """Without DISABLE_SERVER_SIDE_CURSORS: whatever opens a cursor loses it."""
    return serve(Database.on("postgresql", pgbouncer), workers=4, threads=4, CONN_MAX_AGE=60)


def used_for_a_while(site, user):
    """The statuses of one client: all that a front end asks, again and again."""
    kit = site.kit()
    statuses = []
    for _ in range(ROUNDS):
        tokens = kit.sign_in(user)
        answers = [
            kit.get_with(tokens.access),
            kit.get_with(tokens.access, "/api/token/sessions/"),
            kit.verify(tokens.access),
            kit.refresh(tokens.refresh),
            kit.logout(tokens.refresh),
        ]
        statuses += [200, *(answer.status_code for answer in answers)]
    return statuses


def test_every_answer_of_sixteen_clients_is_good(site, record_property):
    users = [site.newcomer() for _ in range(CLIENTS)]

    answered = together(*[partial(used_for_a_while, site, user) for user in users])

    statuses = [status for one in answered for status in one]
    good = statuses.count(200)
    record_property("measured", f"PgBouncer: {good:,} of {len(statuses):,} answers were good.")
    assert good == len(statuses) == CLIENTS * ROUNDS * 6


@pytest.mark.parametrize(
    "words",
    [
        ["sessions", "list"],
        ["sessions", "list", "--all"],
        ["sessions", "list", "--user", "root"],
        ["flush", "--dry-run"],
        ["flush"],
        ["keys", "list"],
        ["sessions", "revoke", "--user", "root"],
    ],
    ids=" ".join,
)
def test_a_command_works(site, words):
    together(*[partial(site.act, "command", words=words) for _ in range(8)])
