"""Real django-allauth beside us: its headless logins end in our tokens, and ours is no door."""

from importlib.util import find_spec

import pytest

from .child import specifications
from .leaving_out import leave_out

pytestmark = pytest.mark.projects


def test_its_logins_end_in_our_tokens():
    if find_spec("allauth") is None:
        leave_out("django-allauth beside us. `make test` installs it.")

    answer = specifications("tests.settings_allauth", "tests/allauth")

    assert answer.returncode == 0, answer.stdout[-4000:]
