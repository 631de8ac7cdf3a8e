"""What a user's dead rows cost it: nothing, on each database. Counts what that has read."""

import json

import pytest

from tests.management.shell import Shell

DEAD = 1000
ENDED = ("ended", "replaced")
PAST = ("too old", "never refreshed", "left alone")
OF_CLIENTS = (
    *("log in", "request", "list", "rename", "refresh", "late refusal", "log out"),
    "page of the admin",
)
ENDING = ("log out everywhere", "new password", "deactivation")


@pytest.fixture(scope="module")
def reads(database):
    """By the request, and by what the dead rows of its user died of."""
    shell = Shell(database.settings, "tests.sessions.dead_rows_settings")
    return json.loads(shell.run(["-m", "tests.sessions.dead_rows", str(DEAD)]))


@pytest.mark.parametrize("death", [*ENDED, *PAST])
@pytest.mark.parametrize("request_", OF_CLIENTS)
def test_dead_rows_are_not_read(reads, request_, death):
    assert reads[request_][death] < reads[request_]["none"] + DEAD / 10


@pytest.mark.parametrize("death", ENDED)
@pytest.mark.parametrize("request_", ENDING)
def test_what_has_ended_is_not_read_to_be_ended(reads, request_, death):
    assert reads[request_][death] < reads[request_]["none"] + DEAD / 10


def test_what_would_be_read_is_seen_by_this_count(reads):
    assert reads["list"]["lately"] > reads["list"]["none"] + DEAD / 10
