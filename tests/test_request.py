"""``KitRequest``: what the annotations of a view name."""

from rest_framework.request import Request

from drf_jwt_kit.request import KitRequest


def test_a_kit_request_is_rest_frameworks_at_run_time():
    assert KitRequest is Request
