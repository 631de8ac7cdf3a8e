"""A project with an issuer, an audience and a key for each host, as tenants may have."""

from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTCookieAuthentication, JWTStatelessAuthentication
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.tokens import RefreshToken

NOWHERE = "nowhere.test"
SECRETS = {
    host: f"the secret of {host}, long enough for HS256" for host in ("a.test", "b.test", NOWHERE)
}


def host_of(request):
    return NOWHERE if request is None else request.get_host()


def issuer(request):
    return f"https://{host_of(request)}"


def audience(request):
    return [f"api@{host_of(request)}"]


def keys(request):
    return {"key": SECRETS[host_of(request)], "algorithm": "HS256"}


class Masked(str):
    """As projects have that keep secrets out of logs."""

    __slots__ = ()

    def __repr__(self):
        return "<secret>"


def masked_keys(request):
    return {"key": Masked(SECRETS[host_of(request)]), "algorithm": "HS256"}


class KeysOfATenant:
    def __init__(self, host):
        self.host = host

    def __call__(self):
        return {"key": SECRETS[self.host], "algorithm": "HS256"}

    def __repr__(self):
        return "<keys of a tenant>"


def callable_keys(request):
    return KeysOfATenant(host_of(request))


def keys_for_all():
    return {"key": SECRETS[NOWHERE], "algorithm": "HS256"}


class StrictView(SecureViewMixin, APIView):
    def get(self, request):
        return Response({})


class CookieView(StrictView):
    authentication_classes = (JWTCookieAuthentication,)


class StatelessView(APIView):
    authentication_classes = (JWTStatelessAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return Response({})


class ElsewhereView(StrictView):
    """Begins a session in a view of the project's own, and one that knows no request."""

    def post(self, request):
        started = sessions.start(request.user, request)
        return Response(
            {"started": started.access, "made": str(RefreshToken.for_user(request.user))}
        )


urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/cookie/", include("drf_jwt_kit.urls.cookie")),
    path("api/secure/", StrictView.as_view()),
    path("api/stateless/", StatelessView.as_view()),
    path("api/elsewhere/", ElsewhereView.as_view()),
]
