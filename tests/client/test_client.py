"""Each test of the client, as node runs it: a rule in words, in a file beside this one."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest

from tests.leaving_out import leave_out

HERE = Path(__file__).parent
FILES = sorted(path.name for path in HERE.glob("*.test.mjs"))


def rules_of(file):
    """The names of the tests that a file has, as it is written."""
    return re.findall(r'^test\("(.+)", ', (HERE / file).read_text(encoding="utf-8"), re.MULTILINE)


@cache
def outcomes_of(file):
    """What node said of each test of a file: ``passed``, or what went wrong."""
    node = shutil.which("node")
    if not node:
        leave_out("client.js under node's test runner. Install node 20.")
    run = subprocess.run(
        [node, "--test", "--test-reporter=junit", file],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return dict(map(outcome_of, ET.fromstring(run.stdout).iter("testcase")))  # noqa: S314


def outcome_of(case):
    """The name of a test, and how it went."""
    return case.get("name"), "\n".join(ET.tostring(part, "unicode") for part in case) or "passed"


@pytest.mark.parametrize(
    ("file", "rule"), [pytest.param(f, r, id=f"{f}: {r}") for f in FILES for r in rules_of(f)]
)
def test_each_rule_of_the_client_holds(file, rule):
    assert outcomes_of(file)[rule] == "passed"


@pytest.mark.parametrize("file", FILES)
def test_every_test_that_node_runs_is_one_here(file):
    assert list(outcomes_of(file)) == rules_of(file)
