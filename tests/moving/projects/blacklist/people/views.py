"""Accounts of the portal: registration, logging out here and everywhere."""

from django.contrib.auth import get_user_model
from rest_framework import permissions, status
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken


class PortalView(APIView):
    authentication_classes = [JWTAuthentication]
    permission_classes = [permissions.IsAuthenticated]


class RegisterView(APIView):
    """A new user is logged in at once."""

    authentication_classes = []
    permission_classes = []

    def post(self, request):
        person = get_user_model().objects.create_user(**request.data)
        token = RefreshToken.for_user(person)
        return Response({"refresh": str(token), "access": str(token.access_token)}, 201)


class LogoutView(PortalView):
    """The refresh token of this device is good for nothing from now on."""

    def post(self, request):
        try:
            RefreshToken(request.data["refresh"]).blacklist()
        except (KeyError, TokenError):
            return Response(status=status.HTTP_400_BAD_REQUEST)
        return Response(status=status.HTTP_205_RESET_CONTENT)


class LogoutEverywhereView(PortalView):
    def post(self, request):
        user = request.user
        for outstanding in OutstandingToken.objects.filter(user=user):
            BlacklistedToken.objects.get_or_create(token=outstanding)
        return Response(status=status.HTTP_205_RESET_CONTENT)


class ProfileView(PortalView):
    def get(self, request):
        return Response({"email": request.user.email})
