"""How does a user who is logged in prove anew who it is? With what the login has asked for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from drf_jwt_kit import transports
from drf_jwt_kit.authentication import JWTCookieAuthentication
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import LoginTooOld, challenge
from drf_jwt_kit.sessions.begin import begun_at_the_end
from drf_jwt_kit.sessions.claims import serializer_at
from drf_jwt_kit.sessions.reauthentication import Renewal
from drf_jwt_kit.sessions.tokens import TokenPair

from .cookies import CookieSessionViewBase
from .sessions import SessionViewBase


@method_decorator(sensitive_variables(), name="dispatch")  # and of all that is called from there
@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class ReauthenticateView(SessionViewBase):
    """Prove anew who the user is: the password for an access token with a new `auth_time`."""

    needs_scope = False

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask what the login asks, and answer an access token of the same session."""
        return self.answer(self.renewed(request))

    def answer(self, pair: TokenPair) -> Response:
        """The new access token, where the client gets it."""
        return Response(pair.as_data())

    def renewed(self, request: Request) -> TokenPair:
        """The access token of the younger login. Raises what a login raises, and InvalidToken.

        Whatever else the serializer answers is left out, and a session that it would begin does not
        begin.
        """
        renewal = Renewal(request)
        serializer = self.serializer_of(renewal, self.body(request))
        with begun_at_the_end() as waiting:
            serializer.is_valid(raise_exception=True)
            waiting.beginnings.clear()
        return renewal.store()

    def serializer_of(self, renewal: Renewal, body: Any) -> Any:
        """The obtain serializer of the session, with the name of its user in place of any other."""
        path = renewal.obtain_serializer
        cls: Any = serializer_at(path) if path else get_settings().load("TOKEN_OBTAIN_SERIALIZER")
        if cls is None:  # nobody knows any more what the login has asked for
            raise LoginTooOld
        context = {"request": self.request, "view": self, "renewal": renewal}
        serializer = cls(data=body, context=context)
        name = getattr(serializer, "username_field", "")
        if name and isinstance(body, dict):
            field: Any = get_user_model()._meta.get_field(name)
            serializer.initial_data = body.copy()
            serializer.initial_data[name] = field.value_to_string(renewal.user)
        return serializer

    def get_authenticate_header(self, request: Request) -> str:
        """The challenge; without an error if the token is good, and the password is not."""
        if request.successful_authenticator is None:
            return str(super().get_authenticate_header(request))
        return challenge(get_settings().AUTH_HEADER_TYPES[0], self._realm(), None)


class CookieReauthenticateView(CookieSessionViewBase, ReauthenticateView):
    """Prove anew who the user is: the password for an access cookie with a new `auth_time`."""

    def renewed(self, request: Request) -> TokenPair:
        """As by header. A token in the header decides only where the page has it: its answer would
        replace the cookie of another session."""
        by_header = JWTCookieAuthentication().header_token(request) is not None
        if by_header and not get_settings().COOKIE_REFRESH_ONLY:
            raise NotAuthenticated
        return super().renewed(request)

    def answer(self, pair: TokenPair) -> Response:
        """The cookie, and how long it is valid (``expires_in``, seconds)."""
        if get_settings().COOKIE_REFRESH_ONLY:
            self._in_body = pair.access
            left = transports.seconds_left(pair.access)
            return Response({"access": pair.access, "expires_in": left})
        response = Response()
        response.data = {"expires_in": transports.access_cookie().put(response, pair.access)}
        return response
