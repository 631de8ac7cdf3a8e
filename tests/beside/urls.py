"""Our endpoints, and those of the other packages as their pages here say."""

from django.urls import include, path
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import (
    JWTAuthentication,
    JWTCookieAuthentication,
    JWTOptionalAuthentication,
    JWTStatelessAuthentication,
)
from drf_jwt_kit.mixins import SecureViewMixin
from tests.urls import urlpatterns as those_of_the_suite


class Asked(APIView):
    """Says who asks."""

    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"user": request.user.get_username()})


class Closed(SecureViewMixin, APIView):
    authentication_classes = [OAuth2Authentication]

    def get(self, request):
        return Response({"user": request.user.get_username()})


class Open(Asked):
    permission_classes = []


def asked_by(*classes, view=Asked):
    return view.as_view(authentication_classes=classes)


urlpatterns = [
    *those_of_the_suite,
    path("auth/", include("drf_jwt_kit.contrib.dj_rest_auth.urls")),
    path("auth/registration/", include("dj_rest_auth.registration.urls")),
    path("djoser/", include("djoser.urls")),
    path("ours-first/", asked_by(JWTAuthentication, OAuth2Authentication)),
    path("ours-last/", asked_by(OAuth2Authentication, JWTAuthentication)),
    path("stateless-first/", asked_by(JWTStatelessAuthentication, OAuth2Authentication)),
    path("cookie-first/", asked_by(JWTCookieAuthentication, OAuth2Authentication)),
    path("optional-first/", asked_by(JWTOptionalAuthentication, OAuth2Authentication)),
    path("closed/", Closed.as_view()),
    path("open/", asked_by(JWTAuthentication, OAuth2Authentication, view=Open)),
    path("ours-alone/", asked_by(JWTAuthentication, SessionAuthentication, BasicAuthentication)),
    path("two-of-ours/", asked_by(JWTAuthentication, JWTOptionalAuthentication)),
]
