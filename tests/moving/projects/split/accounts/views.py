"""Logging in, and who is logged in."""

from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt import views as jwt_views

from .serializers import ShopRefreshSerializer


class LoginView(jwt_views.TokenObtainPairView):
    """The serializer is the one of the settings."""


class RefreshView(jwt_views.TokenRefreshView):
    serializer_class = ShopRefreshSerializer


class MeView(APIView):
    def get(self, request):
        claims = {name: request.auth.get(name) for name in ("name", "is_staff", "sub")}
        return Response({"username": request.user.username, "claims": claims})
