"""A project's exception handler finds what REST Framework gives it, and decides about the body."""

import pytest
from django.http import JsonResponse
from django.test import override_settings
from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from drf_jwt_kit import views

from .refusals import CODES, Refusals

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]

FOUND = []


@pytest.fixture
def refusals(kit, user, monkeypatch, clock):
    FOUND.clear()
    return Refusals(kit, user, monkeypatch, clock)


@pytest.fixture(params=CODES)
def reason(request):
    return request.param


def handled_by(handler):
    path = f"{__name__}.{handler.__name__}"
    return override_settings(REST_FRAMEWORK={"EXCEPTION_HANDLER": path})


def leaves(detail):
    """The sentences in ``detail``, however deep."""
    if isinstance(detail, (dict, list)):
        parts = detail.values() if isinstance(detail, dict) else detail
        return [leaf for part in parts for leaf in leaves(part)]
    return [detail]


def envelope(exc, context):
    """Builds an answer of its own, without headers."""
    FOUND.append(exc)
    return Response({"success": False, "codes": exc.get_codes()}, status=exc.status_code)


def like_the_documentation(exc, context):
    """What REST Framework's documentation shows."""
    response = drf_exception_handler(exc, context)
    response.data["status_code"] = response.status_code
    return response


def around_its_answer(exc, context):
    response = drf_exception_handler(exc, context)
    return Response({"error": response.data, "version": [1]}, status=response.status_code)


def around_ours(exc, context):
    response = views.exception_handler(exc, context)
    return Response({"error": response.data}, status=response.status_code)


def without_rest_framework(exc, context):
    return JsonResponse({"sorry": str(exc.detail)}, status=exc.status_code)


class TestAHandlerOfTheProjects:
    def test_finds_the_codes(self, refusals, reason):
        with handled_by(envelope):
            answer = getattr(refusals, reason)()

        assert (answer.status_code, answer.json()["codes"]) == CODES[reason]

    def test_finds_a_sentence_with_its_code_at_every_leaf(self, refusals, reason):
        with handled_by(envelope):
            getattr(refusals, reason)()

        assert {type(leaf) for leaf in leaves(FOUND[0].detail)} == {ErrorDetail}
        assert "message" in str(FOUND[0].get_full_details())

    def test_decides_about_the_body(self, refusals, reason):
        with handled_by(envelope):
            answer = getattr(refusals, reason)()

        assert set(answer.json()) == {"success", "codes"}

    def test_may_answer_without_rest_framework(self, refusals):
        with handled_by(without_rest_framework):
            answer = refusals.wrong_password()

        assert answer.json() == {"sorry": "No active account found with the given credentials"}

    def test_finds_the_reason_of_a_refused_token(self, refusals):
        with handled_by(envelope):
            refusals.ended()

        assert FOUND[0].reason == "session_ended"


class TestAnAnswerWithoutHeadersOfTheHandlers:
    @pytest.mark.parametrize("reason", ["ended", "anonymous", "wrong_password"])
    def test_has_the_challenge(self, refusals, reason):
        with handled_by(envelope):
            answer = getattr(refusals, reason)()

        assert answer["WWW-Authenticate"].startswith('Bearer realm="api"')

    @pytest.mark.parametrize(("reason", "seconds"), [("throttled", "7"), ("unavailable", "1")])
    def test_says_when_to_come_again(self, refusals, reason, seconds):
        with handled_by(envelope):
            answer = getattr(refusals, reason)()

        assert answer["Retry-After"] == seconds


class TestAHandlerThatCallsAnother:
    def test_has_code_and_reason_beside_what_it_adds(self, refusals):
        with handled_by(like_the_documentation):
            answer = refusals.ended()

        assert answer.json() == {
            "detail": "This session has ended. Log in again.",
            "code": "token_not_valid",
            "reason": "session_ended",
            "status_code": 401,
        }

    def test_has_them_beside_fields(self, refusals):
        with handled_by(like_the_documentation):
            answer = refusals.missing_field()

        assert answer.json() == {
            "detail": "The request is not valid. See the messages beside each field.",
            "code": "invalid_request",
            "refresh": ["This field is required."],
            "status_code": 400,
        }

    @pytest.mark.parametrize("handler", [around_its_answer, around_ours])
    def test_has_them_inside_its_envelope(self, refusals, handler):
        with handled_by(handler):
            answer = refusals.ended()

        assert answer.json()["error"] == {
            "detail": "This session has ended. Log in again.",
            "code": "token_not_valid",
            "reason": "session_ended",
        }

    def test_puts_nothing_among_fields_inside_its_envelope(self, refusals):
        with handled_by(around_its_answer):
            answer = refusals.missing_field()

        assert answer.json()["error"] == {"refresh": ["This field is required."]}


class TestADefaultAnswer:
    def test_has_detail_and_code(self, refusals, reason):
        answer = getattr(refusals, reason)()
        codes = CODES[reason][1]

        assert answer.json()["code"] == (codes if isinstance(codes, str) else "invalid_request")
        assert isinstance(answer.json()["detail"], str)
