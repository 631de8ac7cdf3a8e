"""Tokens go into cookies that no script can read, and stay out of the bodies."""

from contextlib import suppress

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

_LIFETIMES = {
    "access": api_settings.ACCESS_TOKEN_LIFETIME,
    "refresh": api_settings.REFRESH_TOKEN_LIFETIME,
}


def into_cookies(response):
    for name, lifetime in _LIFETIMES.items():
        if name in response.data:
            token = response.data.pop(name)
            response.set_cookie(name, token, max_age=lifetime, httponly=True, samesite="Lax")
    return response


class CookieRefreshSerializer(TokenRefreshSerializer):
    refresh = None

    def validate(self, attrs):
        attrs["refresh"] = self.context["request"].COOKIES.get("refresh")
        if not attrs["refresh"]:
            raise InvalidToken("No refresh token in the cookies.")
        return super().validate(attrs)


@method_decorator(never_cache, name="dispatch")
class CookieTokenObtainPairView(TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        return into_cookies(super().post(request, *args, **kwargs))


class CookieTokenRefreshView(TokenRefreshView):
    serializer_class = CookieRefreshSerializer

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        return into_cookies(response)


class LogoutView(APIView):
    permission_classes = []
    authentication_classes = []

    def post(self, request):
        with suppress(AttributeError, KeyError, TokenError):  # no blacklist, cookie or token
            RefreshToken(request.COOKIES["refresh"]).blacklist()
        response = Response({"ok": True})
        response.delete_cookie("access")
        response.delete_cookie("refresh")
        return response


class MembersView(APIView):
    def get(self, request):
        return Response({"username": request.user.username})
