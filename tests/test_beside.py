"""Real packages that log users in, read tokens of their own, or guard objects, in one project."""

import pytest

from .child import specifications
from .leaving_out import need

pytestmark = pytest.mark.projects
PACKAGES = {
    "allauth": "django-allauth",
    "dj_rest_auth": "dj-rest-auth",
    "djoser": "djoser",
    "oauth2_provider": "django-oauth-toolkit",
    "guardian": "django-guardian",
    "django_filters": "django-filter",
    "ninja": "django-ninja",
    "strawberry": "strawberry-graphql",
}


def test_they_work_with_our_tokens():
    need(PACKAGES)

    answer = specifications("tests.settings_beside", "tests/beside")

    assert answer.returncode == 0, answer.stdout[-4000:]
