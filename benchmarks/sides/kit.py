"""This package, as its README sets it up; the stateless class and cookies beside it."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.permissions import IsAuthenticated

from drf_jwt_kit import authentication
from drf_jwt_kit.mixins import SecureViewMixin

from .nobody import OpenView


class StrictView(SecureViewMixin, OpenView):
    """The view of the README."""


class StatelessView(StrictView):
    authentication_classes = (authentication.JWTStatelessAuthentication,)
    permission_classes = (IsAuthenticated,)


class CookieView(StrictView):
    authentication_classes = (authentication.JWTCookieAuthentication,)
    permission_classes = (IsAuthenticated,)


urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/secure/", StrictView.as_view()),
    path("api/stateless/", StatelessView.as_view()),
    path("api/cookie/", CookieView.as_view()),
]
