"""Sixteen clients at once, each with a connection of its own to one SQLite file."""

import json
import subprocess
import sys

import pytest

ROUNDS, CLIENTS = 5, 16


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    file = tmp_path_factory.mktemp("races") / "contest.sqlite3"
    answer = subprocess.run(
        [sys.executable, "-m", "tests.races.contest", str(file), str(ROUNDS), str(CLIENTS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    return json.loads(answer.stdout)


def test_every_refresh_of_one_token_is_answered(report):
    assert report["statuses"] == {"200": ROUNDS * CLIENTS}


def test_all_answers_carry_the_one_generation_that_was_written(report):
    assert report["generations"] == [[[1], 1]] * ROUNDS


def test_every_client_can_go_on(report):
    assert report["went_on"] == ROUNDS * CLIENTS


def test_logins_that_race_leave_no_more_sessions_than_a_user_may_have(report):
    assert report["logins"] == [2] * ROUNDS


def test_a_replay_by_all_of_them_ends_the_session_in_the_file(report):
    assert report["replays"] == {"401": ROUNDS * CLIENTS, "reused": ROUNDS}
