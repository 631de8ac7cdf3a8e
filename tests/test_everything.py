"""All of the packages that stand beside us, and everything a project sets for all, at once."""

import pytest

from .child import specifications
from .leaving_out import need
from .test_beside import PACKAGES

pytestmark = pytest.mark.projects
MORE = {
    "axes": "django-axes",
    "corsheaders": "django-cors-headers",
    "django_otp": "django-otp",
    "djangorestframework_camel_case": "djangorestframework-camel-case",
    "drf_standardized_errors": "drf-standardized-errors",
}


def test_the_whole_journey_is_gone():
    need({**PACKAGES, **MORE})

    answer = specifications("tests.settings_everything", "tests/everything")

    assert answer.returncode == 0, answer.stdout[-4000:]
