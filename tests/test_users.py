"""Users of every kind that a project may have, on each database: run in a process of their own."""

import json

import pytest

from .child import specifications
from .servers.database import ENGINES


@pytest.mark.parametrize("settings", ["tests.settings_users", "tests.settings_users_naive"])
@pytest.mark.parametrize("engine", ENGINES)
def test_compiled_statements_answer_what_the_orm_answers(engine, settings, empty_database):
    database = empty_database(engine).settings

    answer = specifications(settings, "-n", "0", "tests/users", DATABASE=json.dumps(database))

    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-2000:]
