"""The same on PostgreSQL, against another revision of the package, and with dead rows."""

import shutil
import subprocess
import sys

import pytest

from benchmarks.against import NoSuchRevisionError, source_of
from benchmarks.workers import ROOT, environment
from tests.leaving_out import leave_out
from tests.servers.makers import to_be_had

ONE = ("--algorithm", "HS256", "--part", "requests")


@pytest.fixture
def git():
    if not (shutil.which("git") and (ROOT / ".git").exists()):
        leave_out("comparing two revisions. It needs git, and a checkout.")


@pytest.mark.long
def test_postgresql_is_measured_with_writes_that_last(run_benchmark, fleet):
    to_be_had(fleet.shared, "postgresql")

    run = run_benchmark("--database", "postgresql", *ONE)

    assert run.figures["runs"][0]["database"] == "postgresql"
    assert run.counts("refresh", "kit") == (2, 1)


@pytest.mark.long
def test_another_revision_is_measured_beside_this_one(run_benchmark, git):
    run = run_benchmark("--database", "sqlite", *ONE, "--against", "HEAD")

    here, there = run.figures["runs"], run.figures["against"]["runs"]
    assert [one["measures"].keys() for one in there] == [one["measures"].keys() for one in here]
    assert "here beside it" in run.printed


def test_its_process_imports_the_package_of_that_revision(git):
    where = "import drf_jwt_kit; print(drf_jwt_kit.__file__)"
    with source_of("HEAD") as source:
        said = subprocess.run(
            [sys.executable, "-c", where],
            env=environment({}, source=source),
            capture_output=True,
            encoding="utf-8",
            check=True,
        )

        assert said.stdout.strip() == str(source / "drf_jwt_kit" / "__init__.py")


def test_a_revision_that_is_not_there_is_told_in_gits_words(git):
    with (
        pytest.raises(NoSuchRevisionError, match="no-such-revision"),
        source_of("no-such-revision"),
    ):
        pass


def test_a_run_against_such_a_revision_ends_before_it_begins(run_benchmark, git):
    run = run_benchmark("--against", "no-such-revision")

    assert run.status == 2
    assert "no-such-revision" in run.complaint


@pytest.mark.long
def test_what_dead_rows_cost_is_measured_request_by_request():
    few = ("--engines", "sqlite", "--dead", "20", "--crowd", "5", "--repetitions", "1")
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.dead_rows", *few, "--deaths", "left alone"],
        cwd=ROOT,
        env=environment({}),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    lines = said.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["sqlite", "left"] * 11
