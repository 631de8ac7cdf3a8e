"""What do the endpoints of bound sessions take and answer? A browser asks there, and no program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter

from drf_jwt_kit import views
from drf_jwt_kit.sessions.bound import is_offered
from drf_jwt_kit.transports import bound as headers

from . import answers
from .operation import Operation
from .schemes import RefreshCookie

_REGISTRATION = OpenApiParameter(
    headers.REGISTRATION,
    str,
    OpenApiParameter.HEADER,
    description="Asks a browser to make a key, and to bind the session to it: with which "
    "algorithms, where, and the challenge.",
    response=[200],
)
_CHALLENGE = OpenApiParameter(
    headers.CHALLENGE,
    str,
    OpenApiParameter.HEADER,
    description="What the browser is to sign with the key of the session, and which session.",
    response=[403],
)
_KEY = OpenApiParameter(
    headers.RESPONSE,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The public key in a JWT of type `dbsc+jwt`, which signs the challenge.",
)
_PROOF = OpenApiParameter(
    headers.RESPONSE,
    str,
    OpenApiParameter.HEADER,
    description="A JWT of type `dbsc+jwt` in which the key of the session signs the challenge.",
)
_SESSION_ID = OpenApiParameter(
    headers.SESSION_ID,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The session whose cookie is renewed, as the browser was told.",
)

OPERATIONS: Mapping[type[Any], Mapping[str, Operation]] = {
    views.BindView: {
        "get": Operation(
            summary="Ask whether the session is bound",
            description="The browser of a bound session renews the access cookie without a script.",
            refuses=("not_authenticated", "token_not_valid", "permission_denied"),
            answer=answers.DeviceBound,
            reads=(RefreshCookie,),
            of_bound_sessions=True,
        ),
        "post": Operation(
            summary="Bind the session to a key of its device",
            description="A browser asks this by itself, where a login or refresh has offered it "
            "(Device Bound Session Credentials).",
            refuses=(
                *("unsupported_media_type", "not_authenticated", "token_not_valid"),
                "permission_denied",
            ),
            answer=answers.BoundSession,
            takes=None,
            parameters=(_KEY,),
            reads=(RefreshCookie,),
            by_page=False,
            of_bound_sessions=True,
        ),
    },
    views.BoundRefreshView: {
        "post": Operation(
            summary="Renew the cookies of a bound session",
            description="A browser asks this by itself, before the access cookie is needed. "
            "Without a proof it is asked for one. Too many requests are 503: it tries again.",
            refuses=(
                *("invalid_request", "parse_error", "request_too_large", "unsupported_media_type"),
                *("not_authenticated", "token_not_valid", "permission_denied", "proof_required"),
            ),
            answer=answers.BoundSession,
            takes=None,
            parameters=(_SESSION_ID, _PROOF, _CHALLENGE),
            reads=(RefreshCookie,),
            by_page=False,
            too_many="temporarily_unavailable",
            of_bound_sessions=True,
        )
    },
}


def offer(view: Any) -> tuple[OpenApiParameter, ...]:
    """What a login or refresh by cookie answers beside its body."""
    return (_REGISTRATION,) if is_offered() else ()
