"""drf-spectacular describes the endpoints and the schemes (optional extra ``openapi``)."""

import pytest

from .child import specifications
from .leaving_out import need

pytest.importorskip("drf_spectacular", reason="the extra `openapi` is not installed")

ASKING = "tests/openapi/test_schemathesis.py"


def test_our_endpoints_and_views_with_our_mixin_are_described():
    answer = specifications("tests.settings_openapi", "tests/openapi", f"--ignore={ASKING}")

    assert answer.returncode == 0, answer.stdout[-4000:]


@pytest.mark.projects
def test_schemathesis_finds_nothing_in_what_they_answer():
    need({"schemathesis": "schemathesis"})

    answer = specifications("tests.settings_openapi", ASKING)

    assert answer.returncode == 0, answer.stdout[-4000:]
