"""Views that know whose request they answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.serializers import EmailField, Serializer
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.permissions import HasRecentLogin, HasRequiredScopes
from drf_jwt_kit.tokens import AccessToken

from .models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from drf_jwt_kit.request import KitRequest


class IsBuyer(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, AccessToken) and "buyer" in request.auth["roles"]


class ProfileView(SecureViewMixin, APIView):
    required_scopes = ["orders"]
    permission_classes = [IsBuyer]

    def get(self, request: KitRequest[User]) -> Response:
        roles: list[str] = request.auth["roles"]
        session = str(request.auth.session_id)
        return Response({"email": request.user.email, "roles": roles, "session": session})


class PasswordView(APIView):
    permission_classes = [HasRequiredScopes, HasRecentLogin]
    required_scopes = ("profile",)
    max_auth_age = timedelta(minutes=5)

    def delete(self, request: KitRequest[User]) -> Response:
        request.user.set_unusable_password()
        request.user.save()
        sessions.keep(request, request.user)
        return Response(status=204)


class UserSerializer(Serializer[User]):
    email = EmailField()


class ColleaguesView(SecureViewMixin, ListAPIView[User]):
    # The attribute of REST framework's stubs can be set, so pyright allows no narrower type.
    request: KitRequest[User]  # pyright: ignore[reportIncompatibleVariableOverride]
    max_auth_age = timedelta(hours=1)
    serializer_class = UserSerializer

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.filter(is_staff=self.request.user.is_staff)
