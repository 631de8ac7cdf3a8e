"""What does each of our endpoints take and answer, in words for readers of an API?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from drf_jwt_kit import views
from drf_jwt_kit.authentication import JWTAuthentication

from . import answers, device_bound
from .operation import Operation
from .schemes import AccessCookie, RefreshCookie

_OF_A_BODY = ("invalid_request", "parse_error", "request_too_large", "unsupported_media_type")
_OF_A_HOLDER = (
    *("not_authenticated", "access_not_valid", "bad_authorization_header"),
    *("permission_denied", "insufficient_scope"),
)


_ID = OpenApiParameter("session_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_EXCEPT = OpenApiParameter(
    "except", str, enum=["current"], description="`current` keeps the session of this request."
)
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A random value of at least 16 characters. Sent once more with the same refresh "
    "token, it brings the answer that was lost on its way.",
)

_LOG_IN = Operation(
    summary="Log in",
    description="Answers an access token for the other requests, and a refresh token for the next "
    "access token. An unknown user, a wrong password and an inactive user are one refusal.",
    refuses=(
        *(*_OF_A_BODY, "data_not_kept", "invalid_scope", "no_active_account"),
        "permission_denied",
    ),
)
_REFRESH = Operation(
    summary="Get a new access token",
    description="Takes the refresh token of the last answer, once. Store that of this answer. A "
    "refresh token that comes again later is taken for stolen, and ends the session.",
    refuses=(*_OF_A_BODY, "invalid_scope", "token_not_valid", "permission_denied"),
    answer=answers.of_refresh,
    parameters=(_IDEMPOTENCY_KEY,),
)
_REAUTHENTICATE = Operation(
    summary="Prove anew who you are",
    description="Asks what the login asks, and answers an access token of the same session, whose "
    "`auth_time` is now. The refresh token stays. For a request that is refused with "
    "`insufficient_user_authentication`.",
    refuses=(
        *(*_OF_A_BODY, "data_not_kept", "not_authenticated", "access_not_valid"),
        *("bad_authorization_header", "no_active_account", "permission_denied", "acted_for"),
    ),
    answer=answers.RenewedAccessToken,
    takes=answers.proof,
)
_VERIFY = Operation(
    summary="Ask whether a token is good",
    description="Takes a token of either kind. Changes nothing.",
    refuses=(*_OF_A_BODY, "token_not_valid", "permission_denied"),
    answer=OpenApiTypes.OBJECT,
)
_LOG_OUT = Operation(
    summary="Log out",
    description="Ends the session of the refresh token in the body, and that of the access token "
    "in the header. One of them is enough, also where it has expired.",
    refuses=(*_OF_A_BODY, "token_not_valid", "bad_authorization_header", "permission_denied"),
    answer=OpenApiTypes.OBJECT,
    takes=answers.LoggedOut,
    reads=(JWTAuthentication,),
    needs_token=False,
)
_LOG_OUT_EVERYWHERE = Operation(
    summary="Log out on all devices",
    description="Ends all sessions of the user, and answers how many were live.",
    refuses=("invalid_request", *_OF_A_HOLDER, "acted_for", "insufficient_user_authentication"),
    answer=answers.EndedSessions,
    takes=None,
    parameters=(_EXCEPT,),
)
_LIST = Operation(
    summary="List the user's sessions",
    description="Those that are live, the newest first, 200 at most. Each is a login on a device.",
    refuses=_OF_A_HOLDER,
    answer=answers.TokenSession(many=True),
)
_RENAME = Operation(
    summary="Name a session",
    description="The name is what the user calls the device.",
    refuses=(*_OF_A_BODY, *_OF_A_HOLDER, "acted_for", "not_found"),
    answer=answers.TokenSession,
    takes=answers.SessionName,
    parameters=(_ID,),
)
_END = Operation(
    summary="End a session",
    description="The device of that session is logged out at once.",
    refuses=(*_OF_A_HOLDER, "acted_for", "insufficient_user_authentication", "not_found"),
    answer=None,
    status=HTTPStatus.NO_CONTENT,
    takes=None,
    parameters=(_ID,),
)

_BY_COOKIES: Any = {"takes": None}
_OPERATIONS: Mapping[type[Any], Mapping[str, Operation]] = {
    views.TokenObtainPairView: {"post": _LOG_IN},
    views.TokenRefreshView: {"post": _REFRESH},
    views.ReauthenticateView: {"post": _REAUTHENTICATE},
    views.TokenVerifyView: {"post": _VERIFY},
    views.TokenLogoutView: {"post": _LOG_OUT},
    views.TokenLogoutAllView: {"post": _LOG_OUT_EVERYWHERE},
    views.SessionListView: {"get": _LIST},
    views.SessionDetailView: {"patch": _RENAME, "delete": _END},
    views.CookieObtainView: {
        "post": replace(
            _LOG_IN,
            description="Puts the tokens into cookies that no script can read, and answers how "
            "long they are good. The previous session of this browser ends.",
            answer=answers.in_cookies,
            parameters=device_bound.offer,
        )
    },
    views.CookieRefreshView: {
        "post": replace(
            _REFRESH,
            takes=answers.AskedScope,
            description="Takes the cookie of the refresh token, and sets both cookies anew.",
            refuses=("not_authenticated", *_REFRESH.refuses),
            answer=answers.in_cookies,
            parameters=lambda view: (*_REFRESH.parameters, *device_bound.offer(view)),
            reads=(RefreshCookie,),
        )
    },
    views.CookieReauthenticateView: {
        "post": replace(
            _REAUTHENTICATE,
            description="Asks what the login asks, and sets the cookie of the access token anew: "
            "the session is the same, and its `auth_time` is now.",
            answer=answers.renewed_in_a_cookie,
        )
    },
    views.CookieVerifyView: {
        "post": replace(
            _VERIFY,
            **_BY_COOKIES,
            summary="Ask whether the browser is logged in",
            description="Reads the cookie of the access token. Changes nothing.",
            refuses=("not_authenticated", *_VERIFY.refuses),
            reads=(AccessCookie,),
        )
    },
    views.CookieLogoutView: {
        "post": replace(
            _LOG_OUT,
            takes=None,
            description="Ends the sessions of the cookies, and clears them.",
            reads=(RefreshCookie, AccessCookie),
        )
    },
    **device_bound.OPERATIONS,
    views.CSRFView: {
        "get": Operation(
            summary="Get the CSRF token",
            description="For pages that cannot read its cookie, which is set with this answer.",
            refuses=("permission_denied",),
            answer=answers.CSRFToken,
        )
    },
}


def operations_of(view: type[Any]) -> Mapping[str, Operation]:
    """The operations of ``view``, by method: those of the nearest class of ours."""
    return next((_OPERATIONS[one] for one in view.__mro__ if one in _OPERATIONS), {})
