"""Two makes in one checkout: the second waits, so that neither takes .venv from under the other."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .child import environment

BOOTSTRAP = Path(__file__).resolve().parents[1] / ".ci" / "bootstrap.py"


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(BOOTSTRAP, tmp_path / ".ci")
    return tmp_path


@pytest.fixture
def at_work(checkout):
    folder = os.open(checkout, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    yield
    os.close(folder)


@pytest.fixture
def second(checkout, at_work):
    command = [sys.executable, checkout / ".ci" / "bootstrap.py"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env=environment()
    ) as process:
        yield process
        process.kill()


def test_a_second_make_waits_for_the_first(second):
    said = second.stdout.readline()

    assert said == "Another make is at work on .venv; waiting for it.\n"
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(timeout=0.5)
