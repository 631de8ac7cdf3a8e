"""client.js is as small as its documentation says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.child import environment
from tests.leaving_out import leave_out

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def size():
    """Kilobytes, minified and compressed."""
    tool = [sys.executable, str(ROOT / ".ci" / "javascript.py"), "size"]
    run = subprocess.run(tool, env=environment(), capture_output=True, text=True, check=False)
    if run.stdout.startswith("Left out: "):
        leave_out(run.stdout.removeprefix("Left out: ").strip())
    assert run.returncode == 0, run.stderr
    return int(run.stdout) / 1000


def test_is_under_four_and_a_half_kilobytes(size):
    assert size < 4.5


def test_is_what_the_documentation_says(size):
    page = (ROOT / "docs" / "reference" / "client.md").read_text(encoding="utf-8")
    (stated,) = re.findall(r"(\d\.\d) KB\s+minified and compressed", page)

    assert size == pytest.approx(float(stated), abs=0.1)  # compressors differ in a few bytes
