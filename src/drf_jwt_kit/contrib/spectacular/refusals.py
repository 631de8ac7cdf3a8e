"""What does an endpoint answer where it refuses? Each code with an example of its body."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import exceptions as drf
from rest_framework import serializers

from drf_jwt_kit import exceptions
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import Reason
from drf_jwt_kit.guards import body_of
from drf_jwt_kit.sentences import of_simple_jwt


class Refusal(serializers.Serializer[Any]):
    """Why a request was refused. Where a field is missing or wrong, the messages about it stand
    beside, under its name."""

    detail = serializers.CharField(help_text="A sentence for people, in their language.")
    code = serializers.CharField(help_text="A word for programs. It does not change.")


class RefusedToken(Refusal):
    """Why nobody is known by this request: its token or password was refused, or it has none."""

    reason = serializers.ChoiceField(
        Reason.choices,
        required=False,
        help_text="Why a token was refused. At `expired`, refresh; at any other, log in again.",
    )
    messages = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        required=False,
        help_text="What each class of tokens says that was tried.",
    )


def _presented(reason: Reason) -> exceptions.InvalidToken:
    """How a view refuses an access token, in Simple JWT's longer form."""
    messages = [
        {"token_class": one.__name__, "token_type": one.token_type, "message": str(reason.detail)}
        for one in get_settings().token_classes
    ]
    sentence = of_simple_jwt("Given token not valid for any token type")
    return exceptions.InvalidToken(reason, detail=sentence, messages=messages)


def _asking_for_a_proof() -> exceptions.InvalidToken:
    """How the browser of a bound session is asked for its proof."""
    refusal = exceptions.InvalidToken(Reason.PROOF_REQUIRED)
    refusal.status_code = HTTPStatus.FORBIDDEN
    return refusal


_REQUIRED = serializers.Field.default_error_messages["required"]
_ENDED = partial(exceptions.InvalidToken, Reason.SESSION_ENDED)
_OF: dict[str, tuple[Callable[[], Any], ...]] = {
    "invalid_request": (partial(drf.ValidationError, {"password": [_REQUIRED]}),),
    "parse_error": (drf.ParseError,),
    "data_not_kept": (partial(exceptions.DataNotKept, ""),),
    "not_authenticated": (drf.NotAuthenticated,),
    "no_active_account": (exceptions.NoActiveAccount,),
    "token_not_valid": (*(partial(exceptions.InvalidToken, one) for one in Reason),),
    "access_not_valid": (partial(_presented, Reason.EXPIRED), _ENDED),
    "proof_required": (_asking_for_a_proof,),
    "bad_authorization_header": (exceptions.BadAuthorizationHeader,),
    "permission_denied": (drf.PermissionDenied,),
    "invalid_scope": (exceptions.InvalidScope,),
    "insufficient_user_authentication": (partial(exceptions.LoginTooOld, timedelta(minutes=5)),),
    "insufficient_scope": (partial(exceptions.InsufficientScope, ["sessions"]),),
    "acted_for": (exceptions.ActedFor,),
    "csrf_failed": (partial(exceptions.CSRFFailed, "CSRF token missing."),),
    "not_found": (drf.NotFound,),
    "not_acceptable": (drf.NotAcceptable,),
    "request_too_large": (exceptions.BodyTooLarge,),
    "unsupported_media_type": (partial(drf.UnsupportedMediaType, "text/plain"),),
    "throttled": (partial(drf.Throttled, 30),),
    "temporarily_unavailable": (exceptions.ServiceUnavailable, exceptions.KeysUnavailable),
}
"""By what an operation says of itself: its code, mostly, and what raises it."""

HEADERS = [
    OpenApiParameter(
        "WWW-Authenticate",
        str,
        OpenApiParameter.HEADER,
        description="The challenge (RFC 6750 section 3). It names an error if a token was sent.",
        response=[401],
    ),
    OpenApiParameter(
        "Retry-After",
        int,
        OpenApiParameter.HEADER,
        description="After how many seconds the same request may succeed.",
        response=[429, 503],
    ),
]
"""What goes with a refusal beside its body."""


def refusals(told: Iterable[str]) -> dict[int, OpenApiResponse]:
    """The answers by status, for what an operation tells of itself."""
    by_status: dict[int, list[Any]] = {}
    for error in (make() for one in told for make in _OF[one]):
        by_status.setdefault(error.status_code, []).append(error)
    return {status: _answer(status, errors) for status, errors in sorted(by_status.items())}


def _answer(status: int, errors: list[Any]) -> OpenApiResponse:
    bodies = [body_of(error) for error in errors]
    codes = dict.fromkeys(f"`{body['code']}`" for body in bodies)
    has_reason = any("reason" in body for body in bodies)
    return OpenApiResponse(
        RefusedToken if has_reason or status == HTTPStatus.UNAUTHORIZED else Refusal,
        description=f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
        examples=[
            OpenApiExample(name, value=body)
            for name, body in {_name(body): body for body in bodies}.items()
        ],
    )


def _name(body: dict[str, Any]) -> str:
    return " ".join(filter(None, (body["code"], body.get("reason"))))
