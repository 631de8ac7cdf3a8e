"""What does the same view cost where nobody is asked who calls?"""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView


class OpenView(APIView):
    """The view of the README, open. Every other side has it too, and adds only who may see it."""

    authentication_classes: tuple[Any, ...] = ()
    permission_classes: tuple[Any, ...] = ()

    def get(self, request: Any) -> Response:
        return Response({"message": "You are authenticated!"})

    def post(self, request: Any) -> Response:
        return Response({"message": f"{len(request.data)} fields were sent."})


urlpatterns = [path("nobody/", OpenView.as_view())]
