"""What ``jwtkit`` does to tables, on every database that a project may have."""

import json
import re

import pytest

from tests.servers.database import ENGINES

from .shell import Shell
from .test_flush import deleted_in

COUNT_BY_STATE = """
from drf_jwt_kit.models import Session
print(Session.objects.live().count(), Session.objects.ended().count())
"""

IN_THE_HOUR_THAT_COMES_TWICE = """
from datetime import datetime, timedelta, timezone
from django.core.management import call_command
from drf_jwt_kit.models import Session
call_command("migrate", verbosity=0)
clocks_are_put_back = datetime(2025, 10, 26, 1, tzinfo=timezone.utc)
for minutes in (-10, 10):
    login = clocks_are_put_back + timedelta(minutes=minutes)
    Session.objects.create(
        created_at=login, auth_time=login, expires_at=login, refresh_lifetime=timedelta(days=1)
    )
"""


@pytest.fixture(scope="module")
def shell(database):
    """A shell beside a database with 5 live sessions, which nothing here ends, and 600 dead."""
    shell = Shell(database.settings)
    shell.fill(live=5, dead=600)
    return shell


@pytest.fixture(scope="module")
def dry(shell):
    """What a dry run says, in many batches."""
    return shell.jwtkit("flush", "--dry-run", "--batch-size", "20")


@pytest.fixture(scope="module")
def by_state(shell):
    """How many sessions the admin's filter takes for live, and for ended."""
    manage = ["-m", "tests.management.manage"]
    return shell.run([*manage, "shell", "--verbosity", "0", "--command", COUNT_BY_STATE])


@pytest.fixture(scope="module")
def both(dry, by_state, shell):
    """What two flushes said that ran at once."""
    processes = [shell.start("flush", "--batch-size", "20") for _ in range(2)]
    return [process.communicate(timeout=120) for process in processes]


def test_a_flush_sees_every_row_once(dry):
    assert dry.endswith("Sessions: 600 would be deleted, 5 kept.\n")


def test_a_flush_knows_how_far_it_is(dry):
    seen = [
        (int(percent), int(would) + int(kept))
        for percent, would, kept in re.findall(r"(\d+)%  (\d+) would be deleted, (\d) kept", dry)
    ]

    assert len(seen) >= 9
    assert [pair for pair in seen if abs(pair[0] - pair[1] / 6.05) > 1] == []


def test_the_database_tells_live_from_ended_as_a_refresh_does(by_state):
    assert by_state == "5 600\n"


def test_two_flushes_at_once_make_no_error(both):
    assert [err for _, err in both] == ["", ""]


def test_two_flushes_at_once_count_every_row_once(both):
    assert sum(deleted_in(out) for out, _ in both) == 600


def test_two_flushes_at_once_leave_what_lives(both, shell):
    assert shell.jwtkit("flush") == "Sessions: 0 deleted, 5 kept.\n"
    assert shell.jwtkit("sessions", "list").count("\tlive\t") == 5


@pytest.mark.parametrize("engine", ENGINES)
def test_a_flush_sees_the_hour_that_autumn_repeats(engine, empty_database):
    """Without USE_TZ both logins have an hour's time that tells nothing of their order."""
    shell = Shell(empty_database(engine).settings)
    shell.run(["-m", "tests.management.manage", "shell", "-c", IN_THE_HOUR_THAT_COMES_TWICE])

    said = shell.jwtkit("--settings", "tests.management.berlin", "flush", "--batch-size", "1")

    assert said.splitlines()[-1] == "Sessions: 2 deleted, 0 kept."


def test_a_session_is_played_through_and_leaves_no_row(shell):
    listed = shell.jwtkit("sessions", "list", "--all")

    report = json.loads(shell.jwtkit("doctor", "--json"))

    assert report["areas"]["sessions"]["verdict"] == "fine"
    assert len(report["areas"]["sessions"]["findings"]) == 4
    assert shell.jwtkit("sessions", "list", "--all") == listed


def test_the_clock_of_the_database_is_asked(shell):
    report = json.loads(shell.jwtkit("doctor", "--json"))

    texts = [found["text"] for found in report["areas"]["database"]["findings"]]
    assert "'default': its clock is within 2 s of ours." in texts
