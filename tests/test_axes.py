"""Real django-axes beside us: its counts of refused logins and its lock-out work."""

import pytest

from .child import specifications
from .leaving_out import need

pytestmark = pytest.mark.projects


def test_its_counts_and_its_lock_out_work():
    need({"axes": "django-axes"})

    answer = specifications("tests.settings_axes", "tests/axes")

    assert answer.returncode == 0, answer.stdout[-4000:]
