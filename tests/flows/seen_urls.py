"""Views that show the claims of a token, and one that writes into them."""

from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTAuthentication, JWTStatelessAuthentication


class StrictView(APIView):
    authentication_classes = (JWTAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return Response(request.auth.payload)

    def post(self, request):
        """Write into what it was given, as a view may."""
        request.auth["user_id"] = "somebody else"
        request.auth["roles"].append("admin")
        return Response(request.auth.payload)


class StatelessView(StrictView):
    authentication_classes = (JWTStatelessAuthentication,)


urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("strict/", StrictView.as_view()),
    path("stateless/", StatelessView.as_view()),
]
