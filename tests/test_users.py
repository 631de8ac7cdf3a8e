"""Users of every kind that a project may have, on each database: run in a process of their own."""

import json
import subprocess
import sys

import pytest

from .child import environment
from .servers.database import ENGINES


@pytest.mark.parametrize("settings", ["tests.settings_users", "tests.settings_users_naive"])
@pytest.mark.parametrize("engine", ENGINES)
def test_compiled_statements_answer_what_the_orm_answers(engine, settings, empty_database):
    database = empty_database(engine).settings

    answer = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"),
            *(f"--ds={settings}", "tests/users"),
        ],
        env=environment(DATABASE=json.dumps(database)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-2000:]
