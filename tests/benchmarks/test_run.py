"""A quick run on SQLite: every side is asked, statements are counted, the figures are complete."""

import pytest

from benchmarks.budgets import judged
from benchmarks.load import CLIENTS

SIDES = {
    "authenticate": {"simplejwt", "simplejwt, stateless", "knox", "strict", "stateless"},
    "request": {"nobody", "simplejwt", "simplejwt, stateless", "knox", "strict", "cookie"},
    "obtain": {"simplejwt", "simplejwt with blacklist", "knox", "kit"},
    "obtain, Django's hasher": {"simplejwt", "simplejwt with blacklist", "knox", "kit"},
    "refresh": {"simplejwt", "simplejwt with blacklist", "kit", "floor: one write"},
    "logout": {"simplejwt with blacklist", "knox", "kit"},
    "list of 20 devices": {"nobody", "kit"},
    "refused login, Django's hasher": {"unknown user", "wrong password", "inactive user"},
}


@pytest.fixture(scope="module")
def run(run_benchmark):
    return run_benchmark("--database", "sqlite", "--algorithm", "HS256", "EdDSA")


class TestFigures:
    def test_every_measure_has_its_sides(self, run):
        found = run.figures["runs"][0]["measures"]

        assert found.keys() == SIDES.keys()
        assert [name for name in SIDES if not SIDES[name] <= found[name].keys()] == []

    def test_each_side_says_its_median_spread_and_counts(self, run):
        measures = run.figures["runs"][0]["measures"].values()
        fields = {"repetitions", "median_us", "quartiles_us", "queries", "commits"}

        assert {frozenset(one) for sides in measures for one in sides.values()} == {
            frozenset(fields)
        }

    def test_they_say_on_what_they_were_measured(self, run):
        about = run.figures["about"]

        assert about.keys() == {"measured", "revision", "rounds", "versions", "machine"}
        assert {"Python", "Django", "Simple JWT", "PyJWT"} <= about["versions"].keys()

    def test_each_algorithm_is_a_process_of_its_own(self, run):
        runs = run.figures["runs"]

        assert [one["algorithm"] for one in runs] == ["HS256", "EdDSA"]
        assert runs[1]["measures"].keys() == {"authenticate", "request", "obtain", "refresh"}

    def test_every_side_starts_and_says_its_memory(self, run):
        start = run.figures["start"]

        assert start.keys() == {"nobody", "simplejwt", "knox", "kit"}
        assert {"wall_ms", "cpu_ms", "first_mib", "peak_mib"} <= start["kit"].keys()

    def test_gunicorn_answers_every_request_under_load(self, run):
        load = run.figures["load"]

        assert load["database"] == "sqlite"
        assert {one["requests"] for one in load["work"].values()} == {25 * CLIENTS}
        assert {"p50_ms", "p95_ms", "p99_ms", "cpu_ms"} <= load["work"]["refresh: kit"].keys()


class TestCounts:
    @pytest.mark.parametrize(
        ("measure", "side", "queries", "commits"),
        [
            ("authenticate", "strict", 1, 0),
            ("authenticate", "stateless", 0, 0),
            ("authenticate", "floor: the join", 1, 0),
            ("request", "nobody", 0, 0),
            ("request", "strict", 1, 0),
            ("request", "stateless", 0, 0),
            ("request", "knox", 2, 0),
            ("obtain", "kit", 3, 1),
            ("obtain", "simplejwt", 1, 0),
            ("obtain", "simplejwt with blacklist", 2, 1),
            ("refresh", "kit", 2, 1),
            ("refresh", "simplejwt with blacklist", 9, 2),
            ("refresh", "floor: one write", 1, 1),
            ("logout", "kit", 2, 1),
        ],
    )
    def test_a_side_makes_so_many_statements_and_commits(
        self, run, measure, side, queries, commits
    ):
        assert run.counts(measure, side) == (queries, commits)

    def test_rows_after_a_login_and_a_hundred_refreshes_are_counted(self, run):
        assert run.figures["runs"][0]["rows"] == {
            "simplejwt": 0,
            "simplejwt with blacklist": 201,
            "knox": 1,
            "kit": 1,
        }


class TestBudgets:
    def test_every_budget_is_measured(self, run):
        assert [one.budget for one in judged(run.figures["runs"]) if one.found is None] == []

    def test_the_exit_status_says_whether_one_is_exceeded(self, run):
        is_over = any(one.is_over for one in judged(run.figures["runs"]))

        assert run.status == int(is_over), run.complaint

    def test_each_is_printed_with_its_verdict(self, run):
        lines = run.printed.splitlines()

        for one in judged(run.figures["runs"]):
            assert any(line.startswith(one.budget) and line.endswith(one.word) for line in lines)
