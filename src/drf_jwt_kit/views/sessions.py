"""What may the holder of a valid access token do with the user's sessions?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InsufficientScope, LoginTooOld
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.permissions import NotActedFor, is_recent
from drf_jwt_kit.scopes import scopes_in
from drf_jwt_kit.sessions.presented import Presented

from .device_list import SessionSerializer
from .endpoint import EndpointMixin


class SessionViewBase(EndpointMixin, SecureViewMixin, APIView):
    """An endpoint for the holder of a valid access token."""

    authentication_classes: Sequence[type[JWTAuthentication]] = (JWTAuthentication,)

    needs_scope: ClassVar[bool] = True
    """Whether a token with a scope needs SESSIONS_SCOPE."""

    def check_permissions(self, request: Request) -> None:
        """Also refuse a token with a scope, unless that holds SESSIONS_SCOPE, whoever acts as the
        user, but to look, and a login that is too old to end others."""
        super().check_permissions(request)
        if self.is_allowed_to_all(request):
            return
        if request.method not in SAFE_METHODS:
            NotActedFor().has_permission(request, self)
        if self.needs_scope:
            self._require_scope(request)
        recent = get_settings().RECENT_LOGIN_TO_END_OTHERS
        if recent is not None and self.ends_others(request) and not is_recent(request, recent):
            raise LoginTooOld(recent)

    def is_allowed_to_all(self, request: Request) -> bool:
        """Whether ``request`` asks for what every token may do."""
        return False

    def ends_others(self, request: Request) -> bool:
        """Whether ``request`` asks to end a session that is not its own."""
        return False

    def _require_scope(self, request: Request) -> None:
        needed, presented = get_settings().SESSIONS_SCOPE, self._presented(request)
        scope = None if presented is None else presented.scope
        if not (needed is None or scope is None or needed in scopes_in(scope)):
            raise InsufficientScope([needed])

    def session_of(self, request: Request) -> UUID | None:
        """The session of the request; None if another issuer made its token, or a test has forced
        the authentication."""
        presented = self._presented(request)
        return None if presented is None else presented.sid

    def shown(self, request: Request, instance: Any, *, many: bool = False) -> Any:
        """A session, or ``many``, as its owner sees it."""
        context = {"current": self.session_of(request)}
        return SessionSerializer(instance, many=many, context=context).data

    def _presented(self, request: Request) -> Presented | None:
        presented: Presented | None = getattr(request.auth, "presented", None)
        return presented


class TokenLogoutAllView(SessionViewBase):
    """Log out everywhere; ``?except=current`` keeps the session of the request."""

    def ends_others(self, request: Request) -> bool:
        """Whether it is more than a question."""
        return request.method == "POST"

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End all sessions of the user. Answers how many were live."""
        spared = request.query_params.get("except")
        if spared not in {None, "current"}:
            raise ValidationError({"except": [_("The only value is 'current'.")]})
        keep = self.session_of(request) if spared else None
        user: Any = request.user
        count = sessions.revoke(user=user, keep=keep, reason=sessions.RevokedReason.LOGOUT_ALL)
        return Response({"ended": count})


class SessionListView(SessionViewBase):
    """The user's own live sessions, newest first; an array of at most 200."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them."""
        return Response(self.shown(request, sessions.live_sessions(request.user), many=True))


class SessionDetailView(SessionViewBase):
    """One of the user's own sessions."""

    def is_allowed_to_all(self, request: Request) -> bool:
        """Whether it ends its own session: that is how it logs out."""
        current = self.session_of(request)
        return request.method == "DELETE" and current == _session_id(self.kwargs["session_id"])

    def ends_others(self, request: Request) -> bool:
        """Whether it ends one; its own it may always."""
        return request.method == "DELETE"

    def patch(self, request: Request, session_id: str, **kwargs: Any) -> Response:
        """Give it a name."""
        serializer = SessionSerializer(data=self.body(request))
        serializer.is_valid(raise_exception=True)
        name = serializer.validated_data["name"]
        if session := sessions.rename(_session_id(session_id), request.user, name):
            return Response(self.shown(request, session))
        raise Http404

    def delete(self, request: Request, session_id: str, **kwargs: Any) -> Response:
        """End it."""
        user: Any = request.user
        reason = sessions.RevokedReason.ENDED_BY_OWNER
        if not sessions.revoke(_session_id(session_id), user=user, reason=reason):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


def _session_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
