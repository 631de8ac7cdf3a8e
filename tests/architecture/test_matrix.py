"""What the matrix counts against a run: CI must not be green because a Python was missing."""

import importlib.util
import sys

import pytest

from .make import ROOT


@pytest.fixture
def matrix(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / ".ci"), *sys.path])
    spec = importlib.util.spec_from_file_location("matrix", ROOT / ".ci" / "matrix.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_skipped_row_is_a_failure_in_ci(matrix, monkeypatch):
    monkeypatch.setattr(matrix, "IN_CI", True)

    assert list(matrix.wrong_outcomes(["passed", "skipped"])) == ["in CI, no row may be skipped"]


def test_a_skipped_row_is_no_failure_elsewhere(matrix, monkeypatch):
    monkeypatch.setattr(matrix, "IN_CI", False)

    assert list(matrix.wrong_outcomes(["passed", "skipped"])) == []


def test_a_run_without_any_passed_row_fails_everywhere(matrix, monkeypatch):
    monkeypatch.setattr(matrix, "IN_CI", False)

    assert list(matrix.wrong_outcomes(["skipped"])) == ["no row passed"]


def test_each_required_python_that_did_not_pass_is_named(matrix):
    passed = [{"python": {"version_info": [3, 12, 1, "final", 0]}}]

    assert list(matrix.missing_pythons(passed, {(3, 12), (3, 13)})) == [
        "in CI, Python 3.13 must pass"
    ]


def test_a_python_that_no_debian_has_is_left_out_where_it_is_not(matrix, capsys):
    here = ["3.13", "3.12", "3.11", "3.10"]

    assert matrix.rows_left_out(here, []) == ["--skip-env=^py314-"]
    assert "No Python 3.14 is here" in capsys.readouterr().out
    assert matrix.rows_left_out(["3.14", *here], []) == []


def test_a_row_that_was_chosen_is_never_left_out(matrix):
    assert matrix.rows_left_out(["3.13", "3.12"], ["-m", "python3.14"]) == []


def test_rows_are_measured_in_ci_alone(matrix, monkeypatch):
    monkeypatch.setattr(matrix, "IN_CI", True)
    measured = matrix.surroundings().get("MEASURED")
    monkeypatch.setattr(matrix, "IN_CI", False)
    monkeypatch.delenv("MEASURED", raising=False)

    assert (measured, matrix.surroundings().get("MEASURED")) == ("-m coverage run", None)
