"""The shop is a project that Django accepts, so what type checkers read there is also true."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.child import environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.once
def test_the_shop_passes_its_system_checks() -> None:
    command = [sys.executable, "-m", "django", "check", "--settings=tests.typing.settings"]

    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )

    assert done.stdout + done.stderr == "System check identified no issues (0 silenced).\n"
