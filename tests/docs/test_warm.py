"""The ``python`` of the pages: a script in it is in no way different from one in any other."""

import os
import select
import signal
import subprocess
import sys
import tempfile

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
    as_a_shell_says_it = {-signal.SIGKILL: 128 + signal.SIGKILL}
    assert ours.returncode == as_a_shell_says_it.get(others.returncode, others.returncode)


def test_a_script_that_fails_says_where(run):
    text = "def broken():\n    return missing\n\nbroken()\n"

    ours, others = run(text), run(text, python=sys.executable)

    first, _, rest = others.stderr.partition("\n")
    assert ours.returncode == 1
    assert ours.stderr.startswith(f"{first}\n")
    assert ours.stderr.endswith(rest)


def test_a_script_imports_the_package_under_test_alone(run, tmp_path):
    (tmp_path / "drf_jwt_kit").mkdir()
    (tmp_path / "drf_jwt_kit" / "__init__.py").write_text("")

    failed = run("import drf_jwt_kit")

    assert f"while its tests test {PACKAGE}" in failed.stderr


def test_a_script_is_in_no_process_group_that_ctrl_c_ends(run):
    """What started it is, and ends it."""
    group = int(run("import os; print(os.getpgid(0))").stdout)

    assert group != os.getpgid(0)


def test_a_script_runs_where_a_path_is_too_long_for_a_socket(run, tmp_path, monkeypatch):
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    python = warm.folder.__wrapped__() / "python"

    assert python.is_relative_to(long)
    assert run("print('here')", python=python).stdout == "here\n"


class TestAScriptThatRuns:
    @pytest.fixture
    def client(self, tmp_path):
        """What the shell started for it."""
        waits = tmp_path / "waits.py"
        waits.write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n")
        with subprocess.Popen(
            [warm.folder() / "python", waits],
            env=environment(inherit=False),
            stdout=subprocess.PIPE,
            text=True,
        ) as client:
            yield client
            client.kill()

    @pytest.fixture
    def script(self, client):
        """Itself, as a descriptor."""
        opened = os.pidfd_open(int(client.stdout.readline()))
        yield opened
        os.close(opened)

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
    def test_ends_with_what_started_it(self, client, script, how):
        client.send_signal(how)

        assert select.select([script], [], [], 30)[0] == [script]

    def test_has_ended_where_it_was_told_to_when_that_is_known(self, client, script):
        client.terminate()

        assert client.wait(timeout=30) == 128 + 15
        assert select.select([script], [], [], 0)[0] == [script]
