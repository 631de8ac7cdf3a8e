"""Plain Simple JWT beside the shop, as its documentation sets it up. Development only.

The page plays its theft here, too. The views are Simple JWT's own, with its default settings.
"""

from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView


class PlainSecureView(APIView):
    """Opens for whoever has an access token of Simple JWT's."""

    authentication_classes = (JWTAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        return Response({"message": "You are authenticated!"})


app_name = "plain"
urlpatterns = [
    path("token/", TokenObtainPairView.as_view(), name="token_obtain_pair"),
    path("token/refresh/", TokenRefreshView.as_view(), name="token_refresh"),
    path("secure/", PlainSecureView.as_view(), name="secure"),
]
