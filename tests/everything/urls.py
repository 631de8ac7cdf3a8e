"""Everybody's endpoints; ours under a prefix that captures, in a namespace of the project's."""

from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.mixins import SecureViewMixin


class Own(APIView):
    """A view as the project's settings make it."""

    permission_classes = [IsAuthenticated]

    def get(self, request, **kwargs):
        return Response({"user_name": request.user.get_username()})


class Closed(SecureViewMixin, Own):
    """The same with our mixin."""


ours = [
    path("token/", include("drf_jwt_kit.urls")),
    path("auth/", include("drf_jwt_kit.urls.cookie")),
    path("own/", Own.as_view()),
    path("closed/", Closed.as_view()),
]
urlpatterns = [
    path("<slug:tenant>/<str:version>/", include((ours, "shop"))),
    path("dj-rest-auth/", include("drf_jwt_kit.contrib.dj_rest_auth.urls")),
    path("djoser/accounts/", include("djoser.urls")),
    path("_allauth/", include("allauth.headless.urls")),
]
