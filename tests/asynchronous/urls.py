"""Views in async code: adrf's and plain ones, with each class, and one that is not async."""

from adrf.views import APIView as AsyncAPIView
from adrf.viewsets import ViewSet
from django.http import JsonResponse
from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from drf_jwt_kit.asynchronous import secured
from drf_jwt_kit.authentication import (
    JWTAuthentication,
    JWTCookieAuthentication,
    JWTStatelessAuthentication,
)
from drf_jwt_kit.contrib.channels import ticket_for
from drf_jwt_kit.mixins import SecureViewMixin
from tests.urls import urlpatterns as those_of_the_suite

CLASSES = {
    "strict": JWTAuthentication,
    "stateless": JWTStatelessAuthentication,
    "cookie": JWTCookieAuthentication,
}


class Me(AsyncAPIView):
    permission_classes = [IsAuthenticated]

    async def get(self, request):
        user = await request.auser()
        return Response({"user": user.email})

    post = get


class Secure(SecureViewMixin, Me):
    pass


class SecureSet(SecureViewMixin, ViewSet):
    async def list(self, request):
        return Response({"user": (await request.auser()).email})


class Key(Me):
    async def get(self, request):
        return Response({"user": request.user.pk})


class Touching(Me):
    async def get(self, request):
        return Response({"user": request.user.email})


async def plain(request, name="nobody"):
    """As Django has it: an async view, which answers a JsonResponse."""
    user = await request.auser()
    session = str(request.auth.session_id)
    return JsonResponse({"user": user.email, "session": session, "name": name})


async def touching(request):
    return JsonResponse({"user": request.user.email})


async def ticket(request):
    return JsonResponse({"ticket": ticket_for(request)})


urlpatterns = [
    *those_of_the_suite,
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),
    path("adrf/secure/", Secure.as_view()),
    path("adrf/set/", SecureSet.as_view({"get": "list"})),
    path("adrf/key/", Key.as_view(authentication_classes=[JWTStatelessAuthentication])),
    path("adrf/touching/", Touching.as_view(authentication_classes=[JWTStatelessAuthentication])),
    path("plain/ticket/", secured()(ticket)),
    path("plain/scoped/", secured(required_scopes=["orders"])(plain)),
    path("plain/touching/", secured(authentication=JWTStatelessAuthentication)(touching)),
    path("plain/named/<str:name>/", secured()(plain)),
    *(
        path(f"adrf/{name}/", Me.as_view(authentication_classes=[one]))
        for name, one in CLASSES.items()
    ),
    *(path(f"plain/{name}/", secured(authentication=one)(plain)) for name, one in CLASSES.items()),
]
