"""A view that asks its token for more than a signature."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTCookieAuthentication
from drf_jwt_kit.mixins import SecureViewMixin


class AskingView(SecureViewMixin, APIView):
    authentication_class = JWTCookieAuthentication
    required_scopes = ["orders:read"]
    max_auth_age = timedelta(minutes=5)

    def get(self, request):
        return Response({"user": str(request.user.pk), "tier": request.auth.get("tier")})

    post = get


@pytest.fixture
def asking_view():
    return AskingView.as_view()


@pytest.fixture
def asking():
    """The address of the view, in a project with both kinds of endpoints."""
    urls = (
        path("asking/", AskingView.as_view()),
        path("auth/", include("drf_jwt_kit.urls.cookie")),
        path("token/", include("drf_jwt_kit.urls")),
    )
    with override_settings(ROOT_URLCONF=urls):
        yield "/asking/"
