"""A project's own views, and its subclasses of ours."""

from django.http import HttpResponse
from django.urls import include, path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import serializers as ours
from drf_jwt_kit import views
from drf_jwt_kit.mixins import SecureViewMixin


class Order(serializers.Serializer):
    """What somebody has bought."""

    number = serializers.IntegerField()


class Untold(SecureViewMixin, APIView):
    serializer_class = Order

    def get(self, request):
        return Response()


class Told(Untold):
    """Orders of the user."""

    required_scopes = ("orders:read", "orders:list")
    permission_classes = (IsAuthenticatedOrReadOnly,)


class ByMethod(Untold):
    required_scopes = {"GET": ["orders:read"], "POST": ["orders:write"], "DELETE": []}

    post = delete = Untold.get


class Orders(SecureViewMixin, viewsets.ViewSet):
    serializer_class = Order
    required_scopes = ("orders:read",)

    @extend_schema(summary="What the project says", extensions={"x-own": True})
    def list(self, request):
        return Response()


class LoginSerializer(ours.TokenObtainPairSerializer):
    locale = serializers.CharField(read_only=True)
    captcha = serializers.CharField(write_only=True, allow_blank=True)


class Login(views.TokenObtainPairView):
    serializer_class = LoginSerializer


class CookieLogin(views.CookieObtainView):
    """Log in to the shop."""

    serializer_class = LoginSerializer


class Refresh(views.TokenRefreshView):
    @extend_schema(summary="Stay in the shop", responses={200: Order})
    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs)


@extend_schema_view(post=extend_schema(summary="Leave the shop"))
class Logout(views.TokenLogoutView):
    pass


@extend_schema(tags=["shop"])
class Devices(views.SessionListView):
    pass


class Unlike(views.EndpointMixin, APIView):
    """An endpoint of the project's that borrows ours."""

    serializer_class = Order

    def get(self, request):
        return Response()


class Keys(views.JWKSView):
    """Who wants to verify our tokens."""


def plain(request):
    return HttpResponse()


urlpatterns = [
    path("keys/", Keys.as_view()),
    path("plain/", plain),
    path("untold/", Untold.as_view()),
    path("by-method/", ByMethod.as_view()),
    path("told/", Told.as_view()),
    path("orders/", Orders.as_view({"get": "list"})),
    path("login/", Login.as_view()),
    path("cookie-login/", CookieLogin.as_view()),
    path("refresh/", Refresh.as_view()),
    path("logout/", Logout.as_view()),
    path("devices/", Devices.as_view()),
    path("unlike/", Unlike.as_view()),
    path("api/token/", include("drf_jwt_kit.urls")),
]
