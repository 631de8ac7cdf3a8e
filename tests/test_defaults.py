"""Our endpoints are ours, in a project that sets everything for all its views."""

from importlib.util import find_spec

from .child import specifications
from .leaving_out import leave_out


def test_what_a_project_sets_for_all_its_views_does_not_reach_into_our_endpoints():
    if find_spec("djangorestframework_camel_case") is None:
        leave_out("djangorestframework-camel-case around us. `make test` installs it.")

    answer = specifications("tests.settings_defaults", "tests/defaults")

    assert answer.returncode == 0, answer.stdout[-4000:]
