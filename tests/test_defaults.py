"""Our endpoints are ours, in a project that sets everything for all its views."""

from .child import specifications
from .leaving_out import need


def test_what_a_project_sets_for_all_its_views_does_not_reach_into_our_endpoints():
    need({"djangorestframework_camel_case": "djangorestframework-camel-case"})

    answer = specifications("tests.settings_defaults", "tests/defaults")

    assert answer.returncode == 0, answer.stdout[-4000:]
