"""drf-spectacular describes the endpoints and the schemes (optional extra ``openapi``)."""

import pytest

from .child import specifications
from .leaving_out import need

pytest.importorskip("drf_spectacular", reason="the extra `openapi` is not installed")

ELSEWHERE = ("tests/openapi/test_schemathesis.py", "tests/openapi/test_typescript.py")


def test_our_endpoints_and_views_with_our_mixin_are_described():
    ignored = [f"--ignore={one}" for one in ELSEWHERE]

    answer = specifications("tests.settings_openapi", "tests/openapi", *ignored)

    assert answer.returncode == 0, answer.stdout[-4000:]


@pytest.mark.projects
def test_what_they_answer_is_what_is_described():
    need({"schemathesis": "schemathesis"})

    answer = specifications("tests.settings_openapi", *ELSEWHERE)

    assert answer.returncode == 0, answer.stdout[-4000:]
