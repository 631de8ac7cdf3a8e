"""How do browsers use the endpoints? With tokens in cookies only, and never in a body.

A request that changes something must come from the project's own page; see transports.csrf.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.middleware.csrf import rotate_token
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt import exceptions as simplejwt
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import transports
from drf_jwt_kit.authentication import JWTCookieAuthentication
from drf_jwt_kit.exceptions import InvalidToken, Reason, ServiceUnavailable
from drf_jwt_kit.sessions.answered import pair_in
from drf_jwt_kit.sessions.end import log_out_each
from drf_jwt_kit.sessions.tokens import TokenPair
from drf_jwt_kit.sessions.verify import is_superseded

from .jar import NoTokensMixin, cleared
from .sessions import SessionDetailView, SessionListView, SessionViewBase, TokenLogoutAllView
from .tokens import TokenLogoutView, TokenObtainPairView, TokenRefreshView, TokenVerifyView

_UNNAMED = "text/plain"
"""The type that wsgiref (runserver) gives a request without one. Source: RFC 2045, 5.2."""


class CookieEndpointMixin(NoTokensMixin):
    """An endpoint to which browsers add cookies. Accepts only JSON, only from our own pages."""

    parser_classes = (JSONParser,)
    vary_on = ("Cookie",)

    def perform_authentication(self, request: Request) -> None:
        """Refuse what a form of another site could send, before the user is authenticated."""
        media_type = request.content_type.partition(";")[0].strip().lower()
        is_empty = request.META.get("CONTENT_LENGTH") in {None, "", "0"}
        unnamed = {"", _UNNAMED} if is_empty else {""}
        # A request of another method may name a type, and has no body.
        changing = request.method not in transports.SAFE_METHODS
        if changing and media_type not in {JSONParser.media_type, *unnamed}:
            raise UnsupportedMediaType(media_type)  # Django's check would read a form
        self.require_own_page(request)
        super().perform_authentication(request)

    def require_own_page(self, request: Request) -> None:
        """Raise CSRFFailed for a request that another site may have made."""
        transports.require_own_page(request)


class CSRFView(CookieEndpointMixin, APIView):
    """Get the CSRF token and its cookie, for pages that cannot read the cookie."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The token, for the header that CSRF_HEADER_NAME names."""
        response = Response({"csrf_token": transports.csrf_token(request)})
        transports.send_csrf_cookie(request, response)
        return response


class CookieObtainView(CookieEndpointMixin, TokenObtainPairView):
    """Log in: credentials for two cookies, or one. Ends the browser's previous session."""

    def held(self) -> tuple[str, ...]:
        """The browser's refresh tokens, whose sessions the login replaces."""
        return (*transports.refresh_cookie().read_each(self.request),)

    def answer(self, presented: Any) -> Response:
        """The cookies, and how long they are valid (``expires_in``, seconds)."""
        return self._moved(super().answer(presented))

    def begun(self, response: Any) -> None:
        """A browser that is logged in gets another CSRF token."""
        super().begun(response)
        ours = {transports.access_cookie().name, transports.refresh_cookie().name}
        if (
            isinstance(response, Response)
            and not response.cookies
            and response.status_code < HTTPStatus.BAD_REQUEST
        ):
            self._moved(response)  # of a handler of the project's own
        if ours.intersection(response.cookies):
            rotate_token(self.request._request)
            transports.send_csrf_cookie(self.request, response)

    def _moved(self, response: Response) -> Response:
        pair = pair_in(response.data, self.prepared(), self.tokens_held())
        return response if pair is None else self.moved(response, pair)


class CookieRefreshView(CookieEndpointMixin, TokenRefreshView):
    """Refresh: the refresh cookie for two new cookies. A final refusal clears them, unless the
    user has logged in since."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The cookies, and how long they are valid. Reads a scope in the body, and no token."""
        body = self.body(request)
        more = {name: body[name] for name in ("scope",) if isinstance(body, dict) and name in body}
        cookie = presented_in(transports.refresh_cookie(), request)
        response = self.answer({"refresh": cookie, **more})
        pair = self._answered(response.data)
        return response if pair is None else self.moved(response, pair, held=cookie)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer, which is asked later what it has refreshed."""
        self._serializer = super().get_serializer(*args, **kwargs)
        return self._serializer

    def _answered(self, data: Any) -> TokenPair | None:
        """The tokens in ``data``, or else what has been refreshed: the ones before are used up."""
        refreshed: TokenPair | None = getattr(self._serializer, "pair", None)
        if not self._may_begin_sessions():
            return refreshed
        answered = pair_in(data, self.prepared(), self.tokens_held())
        if answered is None or answered.refresh or refreshed is None:
            return answered or refreshed
        return replace(answered, refresh=refreshed.refresh)

    def handle_exception(self, exc: Exception) -> Response:
        """Clear the cookies if the one that was sent can never be good again, and is not likely to
        have been overwritten by a login since."""
        response = super().handle_exception(exc)
        return cleared(response) if self._is_final(exc) else response

    def _is_final(self, exc: Exception) -> bool:
        """Whether no answer that is on its way can have brought, or will accept, a better one.

        To clear is a courtesy, and to take a newer login away is harm: not while nobody can ask.
        """
        if not isinstance(exc, (AuthenticationFailed, TokenError)):
            return False
        # What a project's own code refuses says nothing of the token.
        about_the_token = isinstance(exc, (TokenError, simplejwt.InvalidToken))
        if not getattr(exc, "final", about_the_token):
            return False
        cookie = transports.refresh_cookie().read(self.request) or ""
        expired = getattr(exc, "reason", None) is Reason.EXPIRED
        with suppress(ServiceUnavailable, DatabaseError, InterfaceError):
            return not is_superseded(cookie, expired=expired)
        return False


class CookieVerifyView(CookieEndpointMixin, TokenVerifyView):
    """Ask whether the access cookie would be accepted now. Writes nothing."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """200, or what is wrong with it."""
        cookie = presented_in(transports.access_cookie(), request)
        JWTCookieAuthentication().get_validated_token(cookie.encode())  # refuses a refresh token
        return self.answer({"token": cookie})


class CookieLogoutView(CookieEndpointMixin, TokenLogoutView):
    """Log out: end the sessions of the cookies and clear them, whatever is in them."""

    _has_ended = False

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """200, whatever is in them; 401 or 503 with ``Retry-After`` where a session may be live
        still: this process has not read a token's key yet, or the database does not answer.

        If a cookie came twice, each may be the user's own: all of them end their sessions. The
        cookies are cleared even with a refusal if a genuine token was among them. What is left
        unread may then be planted, and must not keep a browser logged in; with no genuine one, it
        may be the user's own, which is needed to try again.
        """
        cookies = (transports.refresh_cookie(), transports.access_cookie())
        tokens: list[str | bytes] = [one for cookie in cookies for one in cookie.read_each(request)]
        with suppress(AuthenticationFailed):
            tokens += filter(None, [self.header_token(request)])
        self._has_ended, refusal = log_out_each(tokens)
        if refusal is not None and not getattr(refusal, "final", True):
            raise refusal
        return cleared(Response({}))

    def handle_exception(self, exc: Exception) -> Response:
        """Clear the cookies with a refusal that ended a session."""
        response = super().handle_exception(exc)
        return cleared(response) if self._has_ended else response


class CookieSessionViewBase(CookieEndpointMixin, SessionViewBase):
    """An endpoint for the holder of a valid access token, in a cookie or in the header."""

    authentication_classes = (JWTCookieAuthentication,)

    def require_own_page(self, request: Request) -> None:
        """Do nothing: the authentication requires it, except for a token in the header."""

    def cleared(self, response: Response) -> Response:
        """Clear the cookies, unless a token in the header decided: they may be another login's."""
        by_header = JWTCookieAuthentication().header_token(self.request) is not None
        return response if by_header else cleared(response)


class CookieLogoutAllView(CookieSessionViewBase, TokenLogoutAllView):
    """Log out everywhere; ``?except=current`` keeps the session of the request."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End all sessions of the user, and clear the cookies unless their session is kept."""
        response = super().post(request, *args, **kwargs)
        return response if "except" in request.query_params else self.cleared(response)


class CookieSessionListView(CookieSessionViewBase, SessionListView):
    """The user's own live sessions, newest first; an array of at most 200."""


class CookieSessionDetailView(CookieSessionViewBase, SessionDetailView):
    """One of the user's own sessions."""

    def delete(self, request: Request, session_id: str, **kwargs: Any) -> Response:
        """End it, and clear the cookies if they belong to it."""
        response = super().delete(request, session_id, **kwargs)
        return self.cleared(response) if self.session_of(request) == UUID(session_id) else response


def presented_in(cookie: transports.TokenCookie, request: Request) -> str:
    """The token in ``cookie``. Raises NotAuthenticated if there is none, and InvalidToken for text
    that is never a token: a serializer's field would call it a bad body."""
    token = cookie.read(request)
    if token is None:
        raise NotAuthenticated
    if re.fullmatch(r"[A-Za-z0-9_.=-]+", token) is None:
        raise InvalidToken
    return token
