"""How do dj-rest-auth's login, logout and account endpoints heed our sessions?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dj_rest_auth import views as theirs
from dj_rest_auth.app_settings import api_settings
from dj_rest_auth.jwt_auth import unset_jwt_cookies
from django.contrib.auth import SESSION_KEY, logout
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.permissions import NotActedFor
from drf_jwt_kit.sessions.end import log_out_each
from drf_jwt_kit.views import TokenLogoutView
from drf_jwt_kit.views.tokens import refresh_tokens_in


class LoginView(theirs.LoginView):  # type: ignore[misc]  # dj-rest-auth has no types
    """Log in there, unless ``password_accepted`` of TOKEN_OBTAIN_SERIALIZER asks for more first."""

    def login(self) -> None:
        """Ask that, and then begin the session."""
        serializer: Any = get_settings().load("TOKEN_OBTAIN_SERIALIZER")
        asked = serializer(context=self.get_serializer_context())
        asked.password_accepted(self.serializer.validated_data["user"])
        super().login()


class _OfTheUserAlone(APIView):
    """Whoever acts as the user may look, and change nothing."""

    def check_permissions(self, request: Request) -> None:
        """Raise ActedFor, too."""
        super().check_permissions(request)
        if request.method not in SAFE_METHODS:
            NotActedFor().has_permission(request, self)


class PasswordChangeView(_OfTheUserAlone, theirs.PasswordChangeView):  # type: ignore[misc]
    """Theirs, for the user alone."""


class UserDetailsView(_OfTheUserAlone, theirs.UserDetailsView):  # type: ignore[misc]
    """Theirs, which shows the user also to whoever acts as the user."""


class LogoutView(TokenLogoutView):
    """Log out as at dj-rest-auth, and end the session of each token that the request brings.

    They may be in the body, in the header and in dj-rest-auth's cookies, and may have expired.
    With ``SESSION_LOGIN``, Django's session ends too. What a browser adds by itself, those cookies
    and Django's, counts only with a token in the header or with Django's CSRF token.
    """

    throttle_scope = "dj_rest_auth"

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """200; 401 where nothing was sent, or nothing of ours and no session has ended."""
        header, refusal = self._header(request)
        cookies = [*self._cookies(request)]
        added = cookies or (api_settings.SESSION_LOGIN and SESSION_KEY in request.session)
        if added and header is None:
            SessionAuthentication().enforce_csrf(request)
        sent: list[str | bytes] = [] if header is None else [header]
        sent += (one for one in refresh_tokens_in(self.body(request)) if isinstance(one, str))
        refused, in_doubt = log_out_each(sent)[1], log_out_each(cookies)[1]
        if in_doubt is not None and not getattr(in_doubt, "final", True):
            raise in_doubt
        if api_settings.SESSION_LOGIN:
            logout(request._request)
        refusal = refusal or refused
        if refusal is None and not (sent or added or api_settings.SESSION_LOGIN):
            refusal = NotAuthenticated()
        if refusal is not None:
            raise refusal
        response = Response({"detail": _("Successfully logged out.")})
        unset_jwt_cookies(response)
        return response

    def _header(self, request: Request) -> tuple[bytes | None, Exception | None]:
        """The token there, or why there is none: a broken header keeps no other token alive."""
        try:
            return self.header_token(request), None
        except AuthenticationFailed as error:
            return None, error

    def _cookies(self, request: Request) -> Iterator[str]:
        names = (api_settings.JWT_AUTH_REFRESH_COOKIE, api_settings.JWT_AUTH_COOKIE)
        yield from filter(None, (request.COOKIES.get(name) for name in names if name))
