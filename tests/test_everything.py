"""All of the packages that stand beside us, and everything a project sets for all, at once."""

from importlib.util import find_spec

import pytest

from .child import specifications
from .leaving_out import leave_out
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
    missing = [name for module, name in {**PACKAGES, **MORE}.items() if find_spec(module) is None]
    if missing:
        leave_out(f"{', '.join(missing)} beside us. `make test` installs them.")

    answer = specifications("tests.settings_everything", "tests/everything")

    assert answer.returncode == 0, answer.stdout[-4000:]
