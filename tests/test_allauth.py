"""Real django-allauth beside us: its headless logins end in our tokens, and ours is no door."""

import pytest

from .child import specifications
from .leaving_out import need

pytestmark = pytest.mark.projects


def test_its_logins_end_in_our_tokens():
    need({"allauth": "django-allauth"})

    answer = specifications("tests.settings_allauth", "tests/allauth")

    assert answer.returncode == 0, answer.stdout[-4000:]
