"""A process that a test starts imports the package that the test has imported, or nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import drf_jwt_kit

from .child import environment

TESTS = Path(__file__).parent
WHERE = "import drf_jwt_kit; print(drf_jwt_kit.__file__)"


def python(*arguments, cwd=None, **how):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**how),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def other_copy(tmp_path):
    """A folder with another package of that name."""
    (tmp_path / "drf_jwt_kit").mkdir()
    (tmp_path / "drf_jwt_kit" / "__init__.py").write_text("")
    return tmp_path


@pytest.mark.parametrize("inherit", [True, False])
def test_a_process_imports_the_package_under_test(inherit, tmp_path):
    run = python("-c", WHERE, cwd=tmp_path, inherit=inherit)

    assert run.stdout.strip() == drf_jwt_kit.__file__, run.stderr


def test_a_process_refuses_another_copy(other_copy):
    run = python("-c", WHERE, PYTHONPATH=f"{TESTS / 'at_start'}:{other_copy}")

    assert run.returncode == 1
    assert f"would import {other_copy / 'drf_jwt_kit' / '__init__.py'}, while" in run.stderr


def test_a_process_refuses_another_copy_in_its_working_directory(other_copy):
    run = python("-c", WHERE, cwd=other_copy)

    assert run.returncode == 1
    assert "Make its environment with tests.child.environment()." in run.stderr


def test_a_process_of_a_process_refuses_another_copy(other_copy):
    inner = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WHERE!r}], cwd="
    run = python("-c", f"{inner}{str(other_copy)!r})")

    assert "Make its environment with tests.child.environment()." in run.stderr


def starts_of_processes():
    """Every start of a process in a file that starts this Python: its place, and its ``env``."""
    for path in sorted(TESTS.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "sys.executable" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in STARTING:
                env = [ast.unparse(word.value) for word in node.keywords if word.arg == "env"]
                yield f"{path.relative_to(TESTS)}:{node.lineno}", "".join(env)


STARTING = {"subprocess.run", "subprocess.Popen"}
STARTS = list(starts_of_processes())


@pytest.mark.parametrize(("place", "env"), STARTS, ids=[place for place, _ in STARTS])
def test_every_start_of_python_has_its_environment_from_one_place(place, env):
    assert env.startswith("environment(")


def test_the_starts_of_python_are_found():
    assert len(STARTS) > 15
