"""Simple JWT as its documentation sets it up: with its blacklist, and as it comes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework_simplejwt import authentication, serializers, tokens, views
from rest_framework_simplejwt.settings import api_settings

from .nobody import OpenView

if TYPE_CHECKING:
    from collections.abc import Iterator


class SimpleView(OpenView):
    authentication_classes = (authentication.JWTAuthentication,)
    permission_classes = (IsAuthenticated,)


class SimpleStatelessView(SimpleView):
    authentication_classes = (authentication.JWTStatelessUserAuthentication,)


class PlainRefreshToken(tokens.RefreshToken):
    """What RefreshToken is where the blacklist is not installed. That is decided at its import."""

    verify = tokens.Token.verify
    for_user = classmethod(tokens.Token.for_user.__func__)


class PlainObtainSerializer(serializers.TokenObtainPairSerializer):
    token_class = PlainRefreshToken


class PlainRefreshSerializer(serializers.TokenRefreshSerializer):
    """Without a blacklist nothing rotates: the answer is an access token, as by default."""

    token_class = PlainRefreshToken

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        with _not_rotating():
            answer: dict[str, str] = super().validate(attrs)
            return answer


@contextmanager
def _not_rotating() -> Iterator[None]:
    api_settings.ROTATE_REFRESH_TOKENS = False
    try:
        yield
    finally:
        api_settings.ROTATE_REFRESH_TOKENS = True


urlpatterns = [
    path("simplejwt/", SimpleView.as_view()),
    path("simplejwt/stateless/", SimpleStatelessView.as_view()),
    path("simplejwt/obtain/", views.TokenObtainPairView.as_view()),
    path("simplejwt/refresh/", views.TokenRefreshView.as_view()),
    path("simplejwt/logout/", views.TokenBlacklistView.as_view()),
    path(
        "simplejwt/plain/obtain/",
        views.TokenObtainPairView.as_view(serializer_class=PlainObtainSerializer),
    ),
    path(
        "simplejwt/plain/refresh/",
        views.TokenRefreshView.as_view(serializer_class=PlainRefreshSerializer),
    ),
]
