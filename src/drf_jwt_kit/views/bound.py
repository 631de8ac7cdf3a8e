"""Where does a browser bind its session to a key of its device, and renew it with a proof?

The browser itself asks here, and no page: without a CSRF token and without a body. In their place
stands the proof, and nothing else does. Source: the W3C draft Device Bound Session Credentials.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from drf_jwt_kit import transports
from drf_jwt_kit.exceptions import InvalidToken, Reason, ServiceUnavailable
from drf_jwt_kit.sessions import binding, bound
from drf_jwt_kit.sessions.presented import REFRESH, read, sid_of
from drf_jwt_kit.sessions.tokens import TokenPair
from drf_jwt_kit.transports import bound as headers

from .cookies import CookieEndpointMixin, CookieRefreshView, presented_in
from .jar import address_of
from .tokens import TokenViewBase


class _ByTheBrowser(CookieEndpointMixin):
    """An endpoint of which no page knows."""

    def require_own_page(self, request: Request) -> None:
        """Do nothing: a page of another site can neither send a proof nor know what to answer."""

    def refresh_token(self, request: Request) -> str:
        """What is in the cookie, verified. Raises NotAuthenticated and InvalidToken."""
        token = presented_in(transports.refresh_cookie(), request)
        read(token, REFRESH)
        return token

    def told(self, token: str) -> dict[str, Any]:
        """How the browser renews the session of ``token``."""
        address = address_of(self.request, "token_bound_refresh")
        return headers.instructions(str(sid_of(token)), address=address or "")


class BindView(_ByTheBrowser, TokenViewBase):
    """Bind the session of the cookies to a key that the browser keeps in its device."""

    serializer_class = Serializer  # it reads no body
    _begins_sessions = False

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Whether it is bound (``device_bound``): the browser then renews it without any script."""
        return Response({"device_bound": binding.is_bound(self.refresh_token(request))})

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bind it, and tell the browser how to renew it."""
        token = self.refresh_token(request)
        if not bound.is_offered():
            return Response(headers.farewell(str(sid_of(token))))
        binding.bind(token, headers.proof_in(request))
        return Response(self.told(token))


class BoundRefreshView(_ByTheBrowser, CookieRefreshView):
    """Refresh a bound session: the refresh cookie and a proof for two new cookies."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The cookies. 403 with a challenge, which the browser answers, where there is no proof, or
        one of an earlier challenge."""
        token, named = self.refresh_token(request), headers.named_in(request)
        if named != str(sid_of(token)):
            return Response(headers.farewell(named))  # of before, or of another login
        if not bound.is_offered():
            binding.let_go(token)
            return Response(headers.farewell(named))
        if not bound.is_fresh(headers.proof_in(request), token):
            return self._asking(token)
        response = super().post(request, *args, **kwargs)
        response.data = self.told(token)
        return response

    def handle_exception(self, exc: Exception) -> Response:
        """Too many requests are 503 here: at 429 the browser gives its key up, and its user is
        logged out."""
        busy = isinstance(exc, Throttled)
        return super().handle_exception(ServiceUnavailable() if busy else exc)

    def get_serializer_context(self) -> dict[str, Any]:
        """As ever, with the proof."""
        return {**super().get_serializer_context(), "proof": headers.proof_in(self.request)}

    def may_bind(self, pair: TokenPair, held: str) -> bool:
        """No: it is bound, and the browser would make another key for nothing."""
        return False

    def _asking(self, token: str) -> Response:
        response = self.handle_exception(InvalidToken(Reason.PROOF_REQUIRED, final=False))
        response.status_code = HTTPStatus.FORBIDDEN
        challenge = bound.challenge_to_renew(token)
        headers.ask(response, session_id=str(sid_of(token)), challenge=challenge)
        return response
