"""What ``jwtkit`` does to tables, on every database that a project may have."""

import re

import pytest

from .shell import Shell
from .test_flush import deleted_in

COUNT_BY_STATE = """
from django.utils.timezone import now
from drf_jwt_kit.sessions import lookup, standing
rows = lookup.sessions_to_judge()
print(standing.live(rows, now=now()).count(), standing.ended(rows, now=now()).count())
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


def test_a_flush_knows_how_far_it_is_by_the_order_of_keys(dry):
    seen = [
        (int(percent), int(would) + int(kept))
        for percent, would, kept in re.findall(r"(\d+)%  (\d+) would be deleted, (\d) kept", dry)
    ]

    assert len(seen) >= 9
    assert [pair for pair in seen if abs(pair[0] - pair[1] / 6.05) > 10] == []


def test_the_database_tells_live_from_ended_as_a_refresh_does(by_state):
    assert by_state == "5 600\n"


def test_two_flushes_at_once_make_no_error(both):
    assert [err for _, err in both] == ["", ""]


def test_two_flushes_at_once_count_every_row_once(both):
    assert sum(deleted_in(out) for out, _ in both) == 600


def test_two_flushes_at_once_leave_what_lives(both, shell):
    assert shell.jwtkit("flush") == "Sessions: 0 deleted, 5 kept.\n"
    assert shell.jwtkit("sessions", "list").count("\tlive\n") == 5
