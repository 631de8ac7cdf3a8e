"""Tenants in schemas of their own, by django-tenants: run in a process of their own."""

import importlib.util
import json
import subprocess
import sys

import pytest

from .child import environment
from .leaving_out import leave_out

pytestmark = pytest.mark.once


def test_a_token_is_good_at_its_own_tenant_alone(empty_database):
    if importlib.util.find_spec("django_tenants") is None:
        leave_out("django-tenants: it is not installed. `make test` has it.")
    database = empty_database("postgresql").settings

    answer = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"),
            *("--ds=tests.settings_tenants", "tests/tenants"),
        ],
        env=environment(DATABASE=json.dumps(database)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-2000:]
