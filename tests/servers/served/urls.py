from django.contrib import admin
from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from tests.flows.stateless_urls import SecureView
from tests.urls import urlpatterns as those_of_the_suite

from .acts import act


class BeginView(APIView):
    """Begins a session with the token that it is asked with."""

    authentication_classes = (JWTAuthentication,)
    permission_classes = (IsAuthenticated,)

    def post(self, request):
        return Response(sessions.start(request.user, request).as_data())


urlpatterns = [
    *those_of_the_suite,
    path("api/stateless/", SecureView.as_view()),
    path("api/begin/", BeginView.as_view()),
    path("acts/<name>/", act),
    path("admin/", admin.site.urls),
]
