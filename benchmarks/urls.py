"""The endpoints, the admin, and a view for each way to authenticate."""

from django.contrib import admin
from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTStatelessAuthentication
from drf_jwt_kit.mixins import SecureViewMixin


class StrictView(SecureViewMixin, APIView):
    def get(self, request):
        return Response({"message": "You are authenticated!"})


class StatelessView(StrictView):
    authentication_classes = (JWTStatelessAuthentication,)
    permission_classes = (IsAuthenticated,)


urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/secure/", StrictView.as_view()),
    path("api/stateless/", StatelessView.as_view()),
    path("admin/", admin.site.urls),
]
