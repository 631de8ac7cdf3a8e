"""Views that take a token without a query, behind what REST Framework asks before them."""

import logging
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.urls import include, path
from django.utils import timezone
from rest_framework import permissions, throttling
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTStatelessAuthentication
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.models import Session


class Users(throttling.UserRateThrottle):
    rate = "1000/min"


class Anonymous(throttling.AnonRateThrottle):
    rate = "1000/min"


class Scoped(throttling.ScopedRateThrottle):
    THROTTLE_RATES = {"shop": "1000/min"}


class View(APIView):
    authentication_classes = (JWTStatelessAuthentication,)
    renderer_classes = (JSONRenderer, BrowsableAPIRenderer)
    throttle_scope = "shop"

    def get(self, request):
        return Response({})

    post = get


class MixinView(SecureViewMixin, View):
    required_scopes = ("orders:read",)
    max_auth_age = timedelta(hours=1)


class ModelView(View):
    permission_classes = (permissions.DjangoModelPermissions,)
    queryset = Session.objects.all()


def behind(permission):
    return View.as_view(permission_classes=(permission,))


def throttled(throttle):
    return View.as_view(throttle_classes=(throttle,))


def looking(look):
    """A view whose body does something with the user."""

    class Looking(View):
        def get(self, request):
            look(request.user)
            return Response({})

    return Looking.as_view()


PERMISSIONS = {
    "authenticated": behind(permissions.IsAuthenticated),
    "read-only": behind(permissions.IsAuthenticatedOrReadOnly),
    "anybody": behind(permissions.AllowAny),
    "mixin": MixinView.as_view(),
}
THROTTLES = {
    "users": throttled(Users),
    "anonymous": throttled(Anonymous),
    "scope": throttled(Scoped),
}
LOOKS = {
    "key": lambda user: (user.pk, user.id),
    "truth": lambda user: (bool(user), user.is_authenticated, user.is_anonymous),
    "hash": lambda user: {user: "found"}[user],
    "equality": lambda user: (user == get_user_model()(pk=user.pk), user != None),  # noqa: E711
    "class": lambda user: isinstance(user, get_user_model()),
    "repr": repr,
    "log": lambda user: logging.getLogger(__name__).info("asked by %s", user.pk),
    "filter": lambda user: Session.objects.filter(user=user).query,
    "lock": lambda user: Session.objects.select_for_update().filter(user=user).query,
    "foreign-key": lambda user: Session(user=user),
}
SAVED = {
    "saved": lambda user: Session(
        user=user, expires_at=timezone.now(), refresh_lifetime=timedelta(days=1)
    ).save()
}
TOUCHES = {
    "text": str,
    "name": lambda user: user.get_username(),
    "active": lambda user: user.is_active,
    "permission": lambda user: user.has_perms([]),
    "saving": lambda user: user.save(update_fields=[]),
}
STAFF = {
    "admin": behind(permissions.IsAdminUser),
    "model": ModelView.as_view(),
}

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    *(path(f"{name}/", view) for name, view in {**PERMISSIONS, **THROTTLES, **STAFF}.items()),
    *(path(f"look/{name}/", looking(look)) for name, look in {**LOOKS, **SAVED, **TOUCHES}.items()),
]
