"""A server that is missing is never passed over in silence."""

import subprocess
import sys

import pytest

from tests.child import environment
from tests.servers import mariadb, process
from tests.servers.fleet import Fleet
from tests.servers.makers import to_be_had


@pytest.fixture
def without_mariadb(monkeypatch):
    monkeypatch.delenv("TEST_SERVERS", raising=False)
    monkeypatch.setattr(process, "given", lambda variable: "")
    monkeypatch.setattr(mariadb, "find_spec", lambda name: "its driver")
    monkeypatch.setattr(mariadb, "program", lambda name: None)


def test_its_tests_are_left_out_with_the_cure(without_mariadb, monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="`make services` brings one, or set TEST_MARI"):
        to_be_had(Fleet().shared, "mariadb")


def test_tests_of_a_missing_server_fail_in_ci(without_mariadb, monkeypatch):
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="In CI nothing is left out"):
        to_be_had(Fleet().shared, "mariadb")


def test_the_last_lines_of_a_run_name_it():
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/servers/test_harness.py", "-k", "redis"],
        env=environment(TEST_SERVERS="mariadb", PYTEST_ADDOPTS=""),
        capture_output=True,
        text=True,
        check=False,
    )

    _, _, said = run.stdout.partition("left out of this run")
    assert "Redis: not in this run, since TEST_SERVERS is 'mariadb'." in said
    assert "the same under other projects' settings. `make matrix` has it." in said
