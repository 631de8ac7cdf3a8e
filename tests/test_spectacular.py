"""drf-spectacular describes the endpoints and the schemes (optional extra ``openapi``)."""

import pytest

from .child import specifications

pytest.importorskip("drf_spectacular", reason="the extra `openapi` is not installed")


def test_our_endpoints_and_views_with_our_mixin_are_described():
    answer = specifications("tests.settings_openapi", "tests/openapi")

    assert answer.returncode == 0, answer.stdout[-4000:]
