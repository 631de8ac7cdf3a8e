"""Real packages that answer for every view, around ours: drf-standardized-errors and its kin."""

from importlib.util import find_spec

import pytest
from django.test import override_settings

from .flows.refusals import CODES, Refusals
from .leaving_out import leave_out

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]


@pytest.fixture
def refusals(kit, user, monkeypatch, clock):
    kit.raise_request_exception = False  # a 503 is reported, and answered
    return Refusals(kit, user, monkeypatch, clock)


@pytest.fixture(params=CODES)
def reason(request):
    return request.param


def expected(reason):
    """The status, the one code and its field."""
    status, codes = CODES[reason]
    if isinstance(codes, str):
        return status, codes, None
    ((field, (code,)),) = codes.items()
    return status, code, field


@pytest.fixture
def handled_by():
    """The project's settings with the handler of a package."""

    def with_handler(module, package):
        if find_spec(module) is None:
            leave_out(f"{package} around us. `make test` installs it.")
        path = f"{module}.handler.exception_handler"
        return override_settings(REST_FRAMEWORK={"EXCEPTION_HANDLER": path})

    return with_handler


def test_drf_standardized_errors_says_each_once(refusals, reason, handled_by):
    with handled_by("drf_standardized_errors", "drf-standardized-errors"):
        answer = getattr(refusals, reason)()
    (error,) = answer.json()["errors"]

    assert (answer.status_code, error["code"], error["attr"]) == expected(reason)


def test_drf_exceptions_hog_says_each(refusals, reason, handled_by):
    with handled_by("exceptions_hog", "drf-exceptions-hog"):
        answer = getattr(refusals, reason)()
    error = answer.json()

    assert (answer.status_code, error["code"], error["attr"]) == expected(reason)


def test_a_session_that_has_ended_is_told_with_the_challenge(refusals, handled_by):
    with handled_by("exceptions_hog", "drf-exceptions-hog"):
        answer = refusals.ended()

    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
