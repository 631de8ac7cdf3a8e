"""Views that take our tokens without a query."""

from django.template import engines
from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTStatelessAuthentication
from drf_jwt_kit.mixins import SecureViewMixin


class OftenEnough(UserRateThrottle):
    rate = "1000/min"


class SecureView(SecureViewMixin, APIView):
    authentication_classes = (JWTStatelessAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (OftenEnough,)

    def get(self, request):
        return Response({"message": "You are authenticated!"})


class PlainView(APIView):
    authentication_classes = (JWTStatelessAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return Response({"user": str(request.user.pk)})


class OpenView(PlainView):
    def get(self, request):
        return Response({})


class MailView(PlainView):
    def get(self, request):
        return Response({"mail": request.user.email})


class Page(TemplateHTMLRenderer):
    """Shows who is logged in; rendered when the view has returned."""

    def resolve_context(self, data, request, response):
        return {"user": request.user}

    def get_template_names(self, response, view):
        return []

    def resolve_template(self, template_names):
        return engines["django"].from_string("<p>{{ user.email }}</p>")


class PageView(PlainView):
    renderer_classes = (Page,)

    def get(self, request):
        return Response()


urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/secure/", SecureView.as_view()),
    path("api/plain/", PlainView.as_view()),
    path("api/open/", OpenView.as_view()),
    path("api/mail/", MailView.as_view()),
    path("api/page/", PageView.as_view()),
]
