"""The stock's two endpoints: what is there, for whoever is logged in, and more for managers."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.resource_server.mixins import ResourceServerMixin


class HasManagersRole(BasePermission):
    """The token's ``roles`` name the managers.

    They say what was true when the token was written, up to 15 minutes ago: what a service
    knows that asks nobody.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        return "managers" in request.user.claims.get("roles", [])


class StockView(ResourceServerMixin, APIView):
    """Closed to everyone without a token of the shop's."""

    def get(self, request: Request) -> Response:
        return Response({"in_stock": 3, "asked_by": request.user.claims["username"]})


class ReorderView(ResourceServerMixin, APIView):
    """Closed to everyone but managers."""

    permission_classes = (HasManagersRole,)

    def post(self, request: Request) -> Response:
        return Response({"ordered": 100, "by": request.user.claims["username"]})
