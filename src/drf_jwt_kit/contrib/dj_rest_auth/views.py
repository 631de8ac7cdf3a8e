"""How does dj-rest-auth's logout end our session?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dj_rest_auth.app_settings import api_settings
from dj_rest_auth.jwt_auth import unset_jwt_cookies
from django.contrib.auth import SESSION_KEY, logout
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from drf_jwt_kit.sessions.end import log_out_each
from drf_jwt_kit.views import TokenLogoutView


class LogoutView(TokenLogoutView):
    """Log out as at dj-rest-auth, and end the session of each token that the request brings.

    They may be in the body, in the header and in dj-rest-auth's cookies, and may have expired.
    With ``SESSION_LOGIN``, Django's session ends too.
    """

    throttle_scope = "dj_rest_auth"

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """200; 401 where nothing was presented, or nothing of ours, and none ended."""
        presented = [*self._presented(request)]
        if presented:
            _ended, refusal = log_out_each(presented)
            if refusal is not None:
                raise refusal
        if api_settings.SESSION_LOGIN:
            self._end_django_session(request, by_token=bool(presented))
        elif not presented:
            raise NotAuthenticated
        response = Response({"detail": _("Successfully logged out.")})
        unset_jwt_cookies(response)
        return response

    def _presented(self, request: Request) -> Iterator[str | bytes]:
        body = self.body(request)
        refresh = body.get("refresh") if hasattr(body, "get") else None
        names = (api_settings.JWT_AUTH_REFRESH_COOKIE, api_settings.JWT_AUTH_COOKIE)
        cookies = [request.COOKIES.get(name) for name in names if name]
        for token in (refresh, self.header_token(request), *cookies):
            if isinstance(token, (str, bytes)) and token:
                yield token

    def _end_django_session(self, request: Request, *, by_token: bool) -> None:
        if SESSION_KEY in request.session and not by_token:
            SessionAuthentication().enforce_csrf(request)
        logout(request._request)
