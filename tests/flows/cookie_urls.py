"""A project for browsers: both sets of endpoints, and views that read the cookie."""

from django.urls import include, path
from django.views.decorators.cache import cache_page
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTCookieAuthentication
from drf_jwt_kit.mixins import SecureViewMixin


class SecureView(SecureViewMixin, APIView):
    authentication_classes = (JWTCookieAuthentication,)

    def get(self, request):
        return Response({"user": request.user.pk and str(request.user.pk)})

    post = put = patch = delete = get


class PublicView(APIView):
    authentication_classes = (JWTCookieAuthentication,)

    def get(self, request):
        return Response({"user": request.user.pk and str(request.user.pk)})

    post = get


class PlainView(PublicView):
    """Closed in REST Framework's own way."""

    def get(self, request):
        self.permission_denied(request) if request.user.pk is None else None
        return super().get(request)


urlpatterns = [
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/secure/", SecureView.as_view()),
    path("api/plain/", PlainView.as_view()),
    path("api/public/", PublicView.as_view()),
    path("api/cached/", cache_page(60)(PublicView.as_view())),
]
