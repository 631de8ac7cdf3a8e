"""Our endpoints, and those of the other packages as their pages here say."""

from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.urls import include, path
from django_filters.rest_framework import DjangoFilterBackend
from guardian.shortcuts import get_objects_for_user
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework import serializers
from rest_framework.authentication import (
    BaseAuthentication,
    BasicAuthentication,
    SessionAuthentication,
)
from rest_framework.filters import BaseFilterBackend
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from drf_jwt_kit.authentication import (
    JWTAuthentication,
    JWTCookieAuthentication,
    JWTOptionalAuthentication,
    JWTStatelessAuthentication,
)
from drf_jwt_kit.mixins import SecureViewMixin
from tests.urls import urlpatterns as those_of_the_suite

from .recipes import graph, ninja_api, plain


class Wrapped(BaseAuthentication):
    """A class of the project's that asks ours."""

    def authenticate(self, request):
        return JWTAuthentication().authenticate(request)

    def authenticate_header(self, request):
        return "Bearer"


class OnlyThoseOfTheUser(BaseFilterBackend):
    """Rights for single objects, as django-guardian has them."""

    def filter_queryset(self, request, queryset, view):
        return get_objects_for_user(request.user, "auth.view_group", queryset)


class Asked(APIView):
    """Says who asks."""

    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"user": request.user.get_username()})


class Closed(SecureViewMixin, APIView):
    authentication_classes = [OAuth2Authentication]

    def get(self, request):
        return Response({"user": request.user.get_username()})


class GroupSerializer(serializers.ModelSerializer):
    class Meta:
        model = Group
        fields = ["name"]


class GroupViewSet(SecureViewMixin, ReadOnlyModelViewSet):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer
    filter_backends = [OnlyThoseOfTheUser, DjangoFilterBackend]
    filterset_fields = ["name"]


class Open(Asked):
    permission_classes = []


def asked_by(*classes, view=Asked):
    return view.as_view(authentication_classes=classes)


router = SimpleRouter()
router.register("groups", GroupViewSet)
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
    path("open-ours-last/", asked_by(OAuth2Authentication, JWTAuthentication, view=Open)),
    path("open-wrapped/", asked_by(Wrapped, OAuth2Authentication, view=Open)),
    path("ours-alone/", asked_by(JWTAuthentication, SessionAuthentication, BasicAuthentication)),
    path("two-of-ours/", asked_by(JWTAuthentication, JWTOptionalAuthentication)),
    *router.urls,
    path("report/", plain.report),
    path("whoami/", lambda request: HttpResponse(request.user.get_username() or "nobody")),
    path("ninja/", ninja_api.api.urls),
    path("graphql/", graph.graphql),
]
