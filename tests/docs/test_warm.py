"""The ``python`` of the pages: a script in it is in no way different from one in any other."""

import subprocess
import sys

import pytest

from tests.child import PACKAGE, environment

from . import warm

pytestmark = pytest.mark.skipif(
    not warm.POSSIBLE, reason="scripts that start quickly. Linux has them."
)


@pytest.fixture
def run(tmp_path):
    """``run("import this")``: what a script of that text does, in a folder of its own."""
    script = tmp_path / "script.py"

    def run(text, *arguments, python=None, **how):
        script.write_text(text)
        return subprocess.run(
            [python or warm.folder() / "python", script.name, *arguments],
            cwd=tmp_path,
            env=environment(inherit=False, **how.pop("variables", {})),
            capture_output=True,
            text=True,
            check=False,
            **how,
        )

    return run


@pytest.mark.parametrize(
    "text",
    [
        "import sys; print(sys.argv, sys.path, __name__, __file__)",
        "import sys; print(sys.stdin.read().upper()); print('beside', file=sys.stderr)",
        "import os; print(os.getcwd(), os.environ['GIVEN'])",
        "import sys; sys.exit(3)",
        "import sys; sys.exit('in words')",
        "import atexit; atexit.register(print, 'at the end'); print('before')",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import django.conf; print(django.conf.settings.configured)",
        "import drf_jwt_kit; print(drf_jwt_kit.__file__)",
    ],
)
def test_a_script_does_what_it_does_in_any_python(text, run):
    how = {"input": "piped", "variables": {"GIVEN": "this"}}

    ours, others = run(text, "word", **how), run(text, "word", python=sys.executable, **how)

    assert (ours.stdout, ours.stderr) == (others.stdout, others.stderr)
    assert ours.returncode in {others.returncode, 128 - others.returncode}


def test_a_script_that_fails_says_where(run):
    failed = run("def broken():\n    return missing\n\nbroken()\n")

    assert failed.returncode == 1
    assert failed.stderr.startswith("Traceback (most recent call last):\n")
    assert failed.stderr.endswith(
        'script.py", line 2, in broken\n    return missing\n           ^^^^^^^\n'
        "NameError: name 'missing' is not defined\n"
    )


def test_a_script_imports_the_package_under_test_alone(run, tmp_path):
    (tmp_path / "drf_jwt_kit").mkdir()
    (tmp_path / "drf_jwt_kit" / "__init__.py").write_text("")

    failed = run("import drf_jwt_kit")

    assert f"while its tests test {PACKAGE}" in failed.stderr


def test_a_script_ends_when_it_is_told_to(tmp_path):
    waits = tmp_path / "waits.py"
    waits.write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n")
    with subprocess.Popen(
        [warm.folder() / "python", waits],
        env=environment(inherit=False),
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        script = int(client.stdout.readline())

        client.terminate()

        assert client.wait(timeout=30) == 128 + 15
        assert not (tmp_path / f"/proc/{script}").exists()
