"""How does a client log in, refresh, verify and log out? With tokens in bodies."""

from __future__ import annotations

from copy import copy
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

from django.http import QueryDict
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt import views as simplejwt
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import KeysUnavailable, challenge
from drf_jwt_kit.serializers import TokenRefreshSerializer
from drf_jwt_kit.sessions.begin import begun_at_the_end
from drf_jwt_kit.sessions.beginnings import Waiting
from drf_jwt_kit.sessions.presented import sid_of, to_raise

from .endpoint import EndpointMixin

_Refused: TypeAlias = list[tuple[Exception, object]]
"""Why tokens were refused, each with the token."""


@method_decorator(sensitive_variables(), name="dispatch")  # and of all that is called from there
@method_decorator(
    sensitive_post_parameters("password", "refresh", "access", "token"), name="dispatch"
)
class TokenViewBase(EndpointMixin, simplejwt.TokenViewBase):
    """An endpoint without authentication: its body holds credentials or a token."""

    _setting: ClassVar[str]
    _begins_sessions: ClassVar[bool] = True
    _waiting: Waiting | None = None

    def get_serializer_class(self) -> Any:
        """The view's ``serializer_class``, or else the one that the settings name."""
        if self.serializer_class is None and self._serializer_class:
            return import_string(self._serializer_class)
        return self.serializer_class or get_settings().load(self._setting)

    def get_authenticate_header(self, request: Request) -> str:
        """The challenge for a failed login, without an error. A refused token has its own."""
        return challenge(get_settings().AUTH_HEADER_TYPES[0], self.www_authenticate_realm, None)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As REST Framework's. What the handler of the request then logs in begins at its end, also
        where a project has written the handler itself."""
        super().initial(request, *args, **kwargs)
        name = str(request.method).lower()
        if self._may_begin_sessions() and name in self.http_method_names and hasattr(self, name):
            setattr(self, name, partial(self._handled, getattr(self, name)))

    def _may_begin_sessions(self) -> bool:
        return self._begins_sessions

    def _handled(self, handler: Any, request: Request, /, *args: Any, **kwargs: Any) -> Any:
        with begun_at_the_end(replaces=self.held()) as self._waiting:
            response = handler(request, *args, **kwargs)
            answers, content = self._waiting.answers, _all_of(response)
            answers[:] = [] if content is None else [*answers, content]
            self._waiting.is_refused = response.status_code >= HTTPStatus.BAD_REQUEST
        self.begun(response)
        return response

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Run the serializer and answer its validated data."""
        return self.answer(self.body(request))

    def answer(self, presented: Any) -> Response:
        """The serializer's answer to ``presented``, from a body or a cookie.

        A session that the serializer starts begins when the view has refused nothing. Of the
        obtain serializer only if its tokens are in this answer, or in the view's.
        """
        serializer = self.get_serializer(data=presented)
        serializer.is_valid(raise_exception=True)
        if self._waiting is not None:  # a view may move the tokens elsewhere
            self._waiting.answers.append(serializer.validated_data)
        return Response(serializer.validated_data)

    def begun(self, response: Any) -> None:
        """Called when nothing can refuse the login any more, with the answer."""

    def held(self) -> tuple[str, ...]:
        """The refresh tokens that the client held before, whose sessions a login replaces."""
        return ()


class TokenObtainPairView(TokenViewBase):
    """Log in: credentials for an access and a refresh token."""

    _setting = "TOKEN_OBTAIN_SERIALIZER"


class TokenRefreshView(TokenViewBase):
    """Refresh: a refresh token for an access token and the next refresh token."""

    _setting = "TOKEN_REFRESH_SERIALIZER"

    def _may_begin_sessions(self) -> bool:
        return self.get_serializer_class() is not TokenRefreshSerializer  # ours begins none


class TokenVerifyView(TokenViewBase):
    """Ask whether a token of either kind would be accepted now. Writes nothing."""

    _setting = "TOKEN_VERIFY_SERIALIZER"
    _begins_sessions = False


class TokenLogoutView(TokenViewBase):
    """Log out: end the session of a refresh token in the body, and of a token in the header.

    Any token with a valid signature is accepted, even if it has expired or its session has ended.
    One such token is enough. Source: RFC 7009 section 2.2.
    """

    _setting = "TOKEN_BLACKLIST_SERIALIZER"
    _begins_sessions = False

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Log out with each token in the body and with the one in the header.

        Raises the refusal of one that may be ours, of a session that has not ended here.
        """
        body, answer = self.body(request), Response({})
        ended, refused = self._log_out_by_header(request)
        for one in _each(body) or ([] if ended or refused else [body]):
            token = one.get("refresh") if isinstance(one, dict) else None
            try:
                answer = self.answer(one)
                ended.add(sid_of(token))
            except (AuthenticationFailed, KeysUnavailable, ValidationError, TokenError) as error:
                refused.insert(0, (error, token))
        refusal = to_raise(refused, ended)
        if refusal is not None:
            raise refusal
        return answer

    def _log_out_by_header(self, request: Request) -> tuple[set[UUID | None], _Refused]:
        """The session of the token in the header, or why it has not ended. One of which that is
        not known must not keep those in the body from ending theirs."""
        presented = None
        try:
            presented = self.header_token(request)
            if presented is None:
                return set(), []
            sessions.logout(presented)
        except (AuthenticationFailed, KeysUnavailable) as error:
            return set(), [(error, presented)]
        return {sid_of(presented)}, []

    def header_token(self, request: Request) -> bytes | None:
        """The token in the header, if there is one for us. Raises BadAuthorizationHeader."""
        sent = get_settings().AUTH_HEADER_NAME in request.META
        return JWTAuthentication().header_token(request) if sent else None


def _all_of(response: Any) -> list[object] | None:
    """The body of ``response``, its headers and its cookies; None if the body is not known: of a
    stream, and of a page that will be rendered later."""
    if isinstance(response, Response):
        body = response.data
    elif response.streaming or not getattr(response, "is_rendered", True):
        return None
    else:
        body = response.content
    return [body, [*response.items()], [one.value for one in response.cookies.values()]]


def refresh_tokens_in(body: Any) -> list[Any]:
    """Whatever stands for one there, once: a form may have the field more than once."""
    if isinstance(body, QueryDict):
        return [token for token in dict.fromkeys(body.getlist("refresh")) if token]
    token = body.get("refresh") if isinstance(body, dict) else None
    return [token] if token else []


def _each(body: Any) -> list[Any]:
    """``body`` for each refresh token in it: a form may have the field more than once."""
    tokens = refresh_tokens_in(body)
    if not isinstance(body, QueryDict):
        return [body] if tokens else []
    alone = [copy(body) for _ in tokens]
    for one, token in zip(alone, tokens, strict=True):
        one["refresh"] = token
    return alone


TokenBlacklistView = TokenLogoutView

# As Simple JWT has them, for a URLconf that names functions.
token_obtain_pair = TokenObtainPairView.as_view()
token_refresh = TokenRefreshView.as_view()
token_verify = TokenVerifyView.as_view()
token_blacklist = TokenBlacklistView.as_view()
