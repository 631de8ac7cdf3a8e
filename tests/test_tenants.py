"""Tenants in schemas of their own, by django-tenants: run in a process of their own."""

import importlib.util
import json

import pytest

from .child import specifications
from .leaving_out import leave_out

pytestmark = pytest.mark.once


def test_a_token_is_good_at_its_own_tenant_alone(empty_database):
    if importlib.util.find_spec("django_tenants") is None:
        leave_out("django-tenants: it is not installed. `make test` has it.")
    database = empty_database("postgresql").settings

    answer = specifications(
        *("tests.settings_tenants", "-n", "0", "tests/tenants"), DATABASE=json.dumps(database)
    )

    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-2000:]
