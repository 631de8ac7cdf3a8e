"""The token endpoints. They read bodies and answer; serializers and sessions do the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import connections
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework import status
from rest_framework.exceptions import APIException, MethodNotAllowed, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework_simplejwt import views as simplejwt
from rest_framework_simplejwt.exceptions import TokenError

from . import sessions
from .authentication import JWTAuthentication
from .conf import get_settings
from .exceptions import BodyTooLarge, InvalidToken, Reason, as_api_error, challenge
from .guards import CodedErrorsMixin
from .keys import get_ring, jwks
from .mixins import SecureViewMixin
from .serializers import SessionSerializer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase
    from rest_framework.request import Request

    _View = View
else:
    _View = object


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST Framework's handler, with a machine-readable ``code`` beside every ``detail``.

    For REST_FRAMEWORK["EXCEPTION_HANDLER"]; our own endpoints do this without it.
    """
    return drf_exception_handler(as_api_error(exc), context)


class NonAtomicMixin(_View):
    """A view outside of ATOMIC_REQUESTS, on every database: sessions may live in any."""

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        """The view function, marked."""
        view = super().as_view(*args, **kwargs)
        view._non_atomic_requests = set(connections)  # type: ignore[attr-defined]
        return view


class EndpointMixin(NonAtomicMixin, CodedErrorsMixin):
    """What every endpoint of ours does: unreadable bodies are 4xx, and refusals keep what is
    written, since a session that was ended must stay so."""

    def handle_exception(self, exc: Exception) -> Response:
        """Answer ``exc`` without marking a surrounding transaction for rollback."""
        before = [(db, db.needs_rollback) for db in connections.all(initialized_only=True)]
        if isinstance(exc, TokenError) and not isinstance(exc, APIException):
            exc = InvalidToken(Reason.INVALID, detail=exc.args[0] if exc.args else "")
        if sessions.is_unwritable(exc):
            exc = ParseError(_("The request has characters that cannot be stored here."))
        response = super().handle_exception(sessions.as_unavailable(exc) or exc)
        for db, needs_rollback in before:
            db.needs_rollback = needs_rollback
        return response

    def body(self, request: Request) -> Any:
        """What the client sent, parsed. Raises ParseError and BodyTooLarge."""
        try:
            return _within_limits(request).data
        except RecursionError as error:
            raise ParseError(_("The request is nested too deeply.")) from error
        except RequestDataTooBig as error:
            raise BodyTooLarge from error
        except (SuspiciousOperation, UnreadablePostError, UnicodeError) as error:
            raise ParseError(_("The request cannot be read.")) from error


def _within_limits(request: Request) -> Request:
    """``request``, unless its body is longer than Django allows; REST Framework 3.16 reads on."""
    if not request.content_type.startswith("multipart/"):
        request.body  # noqa: B018  # it raises RequestDataTooBig
    return request


@method_decorator(
    sensitive_post_parameters("password", "refresh", "access", "token"), name="dispatch"
)
class TokenViewBase(EndpointMixin, simplejwt.TokenViewBase):
    """An endpoint that needs no authentication, since what it is sent proves enough."""

    _setting: ClassVar[str]

    def get_serializer_class(self) -> Any:
        """The view's ``serializer_class``, or else the one that settings name."""
        if self.serializer_class is None and self._serializer_class:
            return import_string(self._serializer_class)
        return self.serializer_class or get_settings().load(self._setting)

    def get_authenticate_header(self, request: Request) -> str:
        """The bare challenge, for a failed login; a refused token brings its own."""
        return challenge(get_settings().AUTH_HEADER_TYPES[0], self.www_authenticate_realm, None)

    @sensitive_variables()
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Run the serializer and answer what it validated."""
        serializer = self.get_serializer(data=self.body(request))
        serializer.is_valid(raise_exception=True)
        return Response(serializer.validated_data)


class TokenObtainPairView(TokenViewBase):
    """Log in: credentials for an access and a refresh token."""

    _setting = "TOKEN_OBTAIN_SERIALIZER"


class TokenRefreshView(TokenViewBase):
    """Go on: a refresh token for an access token and the next refresh token."""

    _setting = "TOKEN_REFRESH_SERIALIZER"


class TokenVerifyView(TokenViewBase):
    """Ask whether a token of either kind would be accepted now. Writes nothing."""

    _setting = "TOKEN_VERIFY_SERIALIZER"


class TokenLogoutView(TokenViewBase):
    """Log out: end the session of a refresh token in the body, or an access token in the header.

    Any genuine token will do, expired or ended as well. Source: RFC 7009 section 2.2.
    """

    _setting = "TOKEN_BLACKLIST_SERIALIZER"

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The body's token where there is one, or else the header's."""
        body = self.body(request)
        if isinstance(body, dict) and body.get("refresh"):
            return super().post(request, *args, **kwargs)
        authentication = JWTAuthentication()
        header = authentication.get_header(request)
        presented = None if header is None else authentication.get_raw_token(header)
        if presented is None:
            return super().post(request, *args, **kwargs)
        sessions.logout(presented)
        return Response({})


TokenBlacklistView = TokenLogoutView

# As Simple JWT has them, for a URLconf that names functions.
token_obtain_pair = TokenObtainPairView.as_view()
token_refresh = TokenRefreshView.as_view()
token_verify = TokenVerifyView.as_view()
token_blacklist = TokenBlacklistView.as_view()


@method_decorator(csrf_exempt, name="dispatch")  # it changes nothing: another method is 405
class JWKSView(NonAtomicMixin, View):
    """Read our public keys, as a JWK Set. Asks no database, and no caller who it is."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The keys; 304 where the reader has them already (``If-None-Match``)."""
        published = jwks.publish(get_ring())
        max_age = jwks.max_age().total_seconds()
        headers = {
            "ETag": published.etag,
            "Cache-Control": f"public, max-age={max_age:.0f}",
        }
        response = HttpResponse(published.body, content_type="application/json", headers=headers)
        answer = get_conditional_response(request, published.etag, response=response) or response
        answer.headers["Access-Control-Allow-Origin"] = "*"  # nothing is secret, no cookie is read
        return answer

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """405, in the shape of our other refusals."""
        refused = MethodNotAllowed(str(request.method))
        body = {"detail": refused.detail, "code": refused.default_code}
        allowed = {"Allow": ", ".join(self.http_method_names).upper()}
        return JsonResponse(body, status=refused.status_code, headers=allowed)


class SessionViewBase(EndpointMixin, SecureViewMixin, APIView):
    """An endpoint for the holder of a valid access token."""

    authentication_classes = (JWTAuthentication,)


class TokenLogoutAllView(SessionViewBase):
    """Log out everywhere; ``?except=current`` keeps the session that asks."""

    def post(self, request: Request) -> Response:
        """End all sessions of the user. Answers how many were live."""
        spared = request.query_params.get("except")
        if spared not in {None, "current"}:
            raise ValidationError({"except": [_("The only value is 'current'.")]})
        keep = _session_of(request) if spared else None
        reason = sessions.RevokedReason.LOGOUT_ALL
        count = sessions.revoke(user=_user_of(request), keep=keep, reason=reason)
        return Response({"ended": count})


class SessionListView(SessionViewBase):
    """The user's own live sessions, newest first; an array of at most 200."""

    def get(self, request: Request) -> Response:
        """List them."""
        return Response(_shown(request, sessions.live_sessions(request.user), many=True))


class SessionDetailView(SessionViewBase):
    """One of the user's own sessions."""

    def patch(self, request: Request, session_id: str) -> Response:
        """Give it a name."""
        serializer = SessionSerializer(data=self.body(request))
        serializer.is_valid(raise_exception=True)
        name = serializer.validated_data["name"]
        session = sessions.rename(_session_id(session_id), request.user, name)
        if session is None:
            raise Http404
        return Response(_shown(request, session))

    def delete(self, request: Request, session_id: str) -> Response:
        """End it."""
        reason = sessions.RevokedReason.ENDED_BY_OWNER
        if not sessions.revoke(_session_id(session_id), user=_user_of(request), reason=reason):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


def _session_of(request: Request) -> UUID | None:
    """The session that asks; None where it has none: Simple JWT issued its token, or a test has
    forced the authentication."""
    token = request.auth
    return None if getattr(token, "adopted", False) else getattr(token, "session_id", None)


def _user_of(request: Request) -> Any:
    return request.user


def _session_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _shown(request: Request, instance: Any, *, many: bool = False) -> Any:
    context = {"current": _session_of(request)}
    return SessionSerializer(instance, many=many, context=context).data
