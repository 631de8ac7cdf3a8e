from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.mixins import SecureViewMixin


class SecureView(SecureViewMixin, APIView):
    def get(self, request):
        return Response({"message": "You are authenticated!"})


class PlainView(APIView):
    authentication_classes = (JWTAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return Response({"user": str(request.user.pk)})


urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/secure/", SecureView.as_view(), name="secure"),
    path("api/plain/", PlainView.as_view(), name="plain"),
]
