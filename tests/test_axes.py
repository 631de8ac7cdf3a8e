"""Real django-axes beside us: its counts of refused logins and its lock-out work."""

from importlib.util import find_spec

import pytest

from .child import specifications
from .leaving_out import leave_out

pytestmark = pytest.mark.projects


def test_its_counts_and_its_lock_out_work():
    if find_spec("axes") is None:
        leave_out("django-axes beside us. `make test` installs it.")

    answer = specifications("tests.settings_axes", "tests/axes")

    assert answer.returncode == 0, answer.stdout[-4000:]
