"""Tests of a project that makes its tables without migrations, as ``--nomigrations`` does."""

import subprocess
import sys

from tests.child import environment


def test_requests_make_no_query_there_either():
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"),
            *("--ds=tests.settings", "--nomigrations"),
            *("tests/flows/test_stateless.py", "tests/sessions/test_place.py"),
        ],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout[-4000:]
