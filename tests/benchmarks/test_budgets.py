"""A budget is kept, exceeded, or not measured; one that is exceeded is the exit status."""

import pytest

from benchmarks import budgets, compare
from benchmarks.budgets import Budget, judged

from .conftest import figures_of

TWICE = Budget("request", "strict", "nobody", sqlite=2.0, postgresql=3.0, queries=1)


@pytest.fixture
def only_twice(monkeypatch):
    monkeypatch.setattr(budgets, "BUDGETS", (TWICE,))


def figures(ours, *, queries=1):
    found = figures_of(request={"nobody": 100.0, "strict": ours})
    found["runs"][0]["measures"]["request"]["strict"]["queries"] = queries
    return found


def word_of(found, budget):
    return {one.budget: one.word for one in judged(found["runs"])}[budget]


@pytest.mark.parametrize(("ours", "word"), [(199.0, "within"), (200.0, "within"), (201.0, "OVER")])
def test_a_ratio_may_be_as_large_as_its_budget(only_twice, ours, word):
    assert word_of(figures(ours), TWICE.name) == word


@pytest.mark.parametrize(("queries", "word"), [(1, "within"), (2, "OVER")])
def test_a_statement_more_is_over_budget(only_twice, queries, word):
    assert word_of(figures(150.0, queries=queries), "request: strict, queries") == word


def test_a_budget_of_one_database_is_not_that_of_the_other(only_twice):
    found = figures(250.0)
    found["runs"][0]["database"] = "postgresql"

    assert word_of(found, TWICE.name) == "within"


def test_what_was_not_measured_is_neither_kept_nor_exceeded(only_twice):
    found = figures_of(refresh={"kit": 1.0})

    assert word_of(found, TWICE.name) == "not measured"
    assert not any(one.is_over for one in judged(found["runs"]))


def test_a_row_more_after_a_hundred_refreshes_is_over_budget(only_twice):
    found = figures(150.0)
    found["runs"][0]["rows"] = {"kit": 2}

    assert word_of(found, "rows after a login and 100 refreshes") == "OVER"


@pytest.mark.parametrize(("seen", "word"), [(10.0, "within"), (20.0, "OVER")])
def test_a_token_that_was_seen_costs_the_same_with_every_algorithm(only_twice, seen, word):
    """Beside work that no algorithm changes: the two are different processes."""
    here = figures_of(authenticate={"stateless": 10.0, "floor: Django's HMAC": 4.0})
    other = figures_of(authenticate={"stateless": seen, "floor: Django's HMAC": 4.0})
    other["runs"][0]["algorithm"] = "ES256"
    found = {"runs": here["runs"] + other["runs"]}

    assert word_of(found, "token seen before: ES256, beside HS256") == word


@pytest.mark.parametrize(("ours", "status"), [(150.0, 0), (250.0, 1)])
def test_the_exit_status_is_one_over_budget(only_twice, monkeypatch, tmp_path, ours, status):
    monkeypatch.setattr(compare, "_measured", lambda options: figures(ours))

    assert compare.main(["--json", str(tmp_path / "figures.json")]) == status
