"""The shop's endpoints: six ways to open or close a view."""

import time

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.mixins import SecureViewMixin

from .permissions import IsManager
from .serializers import ChangePasswordSerializer


class SecureView(SecureViewMixin, APIView):
    """Closed by the mixin, whatever the settings say. The mixin comes first."""

    def get(self, request: Request) -> Response:
        return Response({"message": "You are authenticated!"})


class WhoAmIView(SecureViewMixin, APIView):
    """What the token of this request says, for a front end that cannot read it in its cookie."""

    def get(self, request: Request) -> Response:
        claims = request.auth.payload
        seconds_left = max(0, claims["exp"] - int(time.time()))
        return Response({"claims": claims, "seconds_left": seconds_left})


class ReportView(SecureViewMixin, APIView):
    """Closed by the mixin, and then to everyone but managers."""

    permission_classes = (IsManager,)

    def get(self, request: Request) -> Response:
        return Response({"report": "Only managers read this.", "reader": request.user.username})


class ProfileView(APIView):
    """A view without the mixin: the third line of the settings tells it who asks."""

    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        # request.user is the user from the database; request.auth is the verified token.
        return Response({"username": request.user.username, "tier": request.auth.get("tier")})


class ChangePasswordView(SecureViewMixin, APIView):
    """Change one's own password: this device stays logged in, all others are logged out."""

    def post(self, request: Request) -> Response:
        serializer = ChangePasswordSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        user, checked = request.user, request.user.password
        user.set_password(serializer.validated_data["new_password"])
        # One transaction: saving a new password ends every session of the user, and keep()
        # takes this one back before anybody sees it ended.
        with transaction.atomic():
            # Of two changes at once, the later one must not win by the password that is gone.
            unchanged = get_user_model().objects.filter(pk=user.pk, password=checked)
            if not unchanged.update(password=user.password):
                raise ValidationError({"current_password": ["This is no longer your password."]})
            user.save(update_fields=["password"])
            sessions.keep(request, user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WelcomeView(APIView):
    """Open to everyone. It reads no token, so that a stale one does not close it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        names = ("token_obtain_pair", "secure", "whoami", "report", "profile", "change_password")
        return Response({name: request.build_absolute_uri(reverse(name)) for name in names})
