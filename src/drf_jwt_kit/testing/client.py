"""How does a test log a user in, by header or by cookie, and go on from there?

Sessions begin, are refreshed and end as in the project's own code: a row, signals, limits and
claims, but no password and no URL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from drf_jwt_kit import sessions, transports
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.sessions import TokenPair
from drf_jwt_kit.throttling import UNCOUNTED

from .forced import given_or_forced, scope_of

_NOT_SIGNED_IN = "This client is not signed in. Call sign_in(user) first."


class JWTClient(APIClient):
    """REST framework's client, which signs a user in with one call; tokens in the header."""

    pair: TokenPair | None = None
    """The tokens that it holds, or None."""
    _credentials: dict[str, str]  # of the base class, of which type checkers do not know
    _base_environ: Callable[..., dict[str, Any]]

    def sign_in(
        self,
        user: Any,
        *,
        scopes: Iterable[str] = (),
        device: str = "",
        data: Mapping[str, Any] | None = None,
        actor: Any = None,
        reason: str = "",
    ) -> TokenPair:
        """Begin a session of ``user``, and send its access token from now on.

        ``scopes`` limit what the token may do, ``device`` is the session's name, ``data`` what it
        remembers; ``actor`` acts as the user for a ``reason``. Raises as ``sessions.start``.
        """
        pair = sessions.start(
            user,
            self._request(),
            scope=scope_of(scopes),
            name=device,
            data=data,
            actor=actor,
            reason=reason,
        )
        return self.hold(pair)

    def request(self, **kwargs: Any) -> Any:
        """As REST framework's, and THROTTLE_RATES counts nothing of it."""
        return super().request(**{UNCOUNTED: True, **kwargs})

    def hold(self, pair: TokenPair) -> TokenPair:
        """Send these tokens from now on, which a login or ``sessions.start`` has answered."""
        self.pair = pair
        self._send(pair)
        return pair

    def refresh(self) -> TokenPair:
        """Refresh the session, and send its next access token. Raises as ``sessions.refresh``."""
        held = self._refresh_token()
        new = sessions.refresh(held, self._request())
        return self.hold(TokenPair(access=new.access, refresh=new.refresh or held))

    def sign_out(self) -> None:
        """End the session and forget its tokens."""
        sessions.logout(self._refresh_token())
        self.pair = None
        self._forget()

    def force_authenticate(
        self,
        user: Any = None,
        token: Any = None,
        *,
        scopes: Iterable[str] = (),
        auth_time: datetime | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> None:
        """As REST framework's, with a token that views with scopes and ``max_auth_age`` can ask.

        ``scopes``, ``auth_time`` and ``claims`` are those of ``forced_token``.
        """
        asked = {"scopes": scopes, "auth_time": auth_time, "claims": claims}
        super().force_authenticate(user, given_or_forced(user, token, **asked))

    def _request(self) -> Request:
        sent: dict[str, Any] = {**self.defaults, **self._credentials}
        return Request(APIRequestFactory().post("/", **sent))

    def _refresh_token(self) -> str:
        if self.pair is None or self.pair.refresh is None:
            raise RuntimeError(_NOT_SIGNED_IN)
        return self.pair.refresh

    def _send(self, pair: TokenPair) -> None:
        settings = get_settings()
        header = {settings.AUTH_HEADER_NAME: f"{settings.AUTH_HEADER_TYPES[0]} {pair.access}"}
        self.credentials(**header)

    def _forget(self) -> None:
        self.credentials()


class JWTCookieClient(JWTClient):
    """The same as a browser on a page of the project's own: tokens in cookies, and CSRF is asked.

    Before ``sign_in``, ``hold`` or ``open_page`` it is a page of another site, which is refused.
    """

    def __init__(self, enforce_csrf_checks: bool = True, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=enforce_csrf_checks, **defaults)

    def open_page(self) -> None:
        """Be a page of the project's own, with what a browser and a script there add to a request:
        Django's CSRF token, Origin and Fetch Metadata."""
        request, response = self._request(), HttpResponse()
        if django_settings.CSRF_USE_SESSIONS:
            request._request.session = self.session
        token = transports.csrf_token(request)
        transports.send_csrf_cookie(request, response)
        if django_settings.CSRF_USE_SESSIONS:
            request._request.session.save()
        self.cookies.update(response.cookies)
        own = {django_settings.CSRF_HEADER_NAME: token, "HTTP_SEC_FETCH_SITE": "same-origin"}
        self.credentials(**{**self._credentials, **own})

    def request(self, **kwargs: Any) -> Any:
        """As REST framework's. A page of the project's own has its origin, which https needs."""
        if "HTTP_SEC_FETCH_SITE" in self._credentials:
            made = WSGIRequest(self._base_environ(**kwargs))
            kwargs.setdefault("HTTP_ORIGIN", f"{made.scheme}://{made.get_host()}")
        return super().request(**kwargs)

    def _refresh_token(self) -> str:
        """That in the cookie, which an endpoint may have set since."""
        cookie = self.cookies.get(transports.refresh_cookie().name)
        if cookie is None or not cookie.value:
            raise RuntimeError(_NOT_SIGNED_IN)
        return str(cookie.value)

    def _send(self, pair: TokenPair) -> None:
        self.credentials()
        if get_settings().COOKIE_REFRESH_ONLY:
            super()._send(pair)
        else:
            self.cookies[transports.access_cookie().name] = pair.access
        self.cookies[transports.refresh_cookie().name] = pair.refresh or ""
        self.open_page()

    def _forget(self) -> None:
        super()._forget()
        for cookie in (transports.access_cookie(), transports.refresh_cookie()):
            self.cookies.pop(cookie.name, None)
