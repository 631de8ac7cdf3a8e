"""The shop's API and its pages."""

from django.shortcuts import render
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit.authentication import JWTAuthentication, JWTCookieAuthentication
from drf_jwt_kit.mixins import SecureViewMixin

from .models import Order


class SecureView(SecureViewMixin, APIView):
    """For those who are logged in, by cookie."""

    authentication_classes = (JWTCookieAuthentication,)

    def get(self, request):
        return Response({"user": request.user.get_username()})


class SecureHeaderView(SecureView):
    """The same, by header."""

    authentication_classes = (JWTAuthentication,)


class OrdersView(APIView):
    """Every parser of REST framework's, forms too, and nothing of ours but the authentication."""

    authentication_classes = (JWTCookieAuthentication,)
    permission_classes = (IsAuthenticated,)

    def post(self, request):
        Order.objects.create(user=request.user)
        return Response({"orders": Order.objects.filter(user=request.user).count()}, status=201)


class PublicView(APIView):
    """For everybody."""

    authentication_classes = (JWTCookieAuthentication,)
    permission_classes = (AllowAny,)

    def get(self, request):
        return Response({"user": request.user.get_username() or None})


def page(request):
    """The shop's page, for the script that client.js is used by."""
    return render(request, "shop.html")


def blank(request):
    """A page of somebody else's, without any script."""
    return render(request, "blank.html")


def forgery(request):
    """An attacker's page, which sends a form to ``action`` as soon as it is opened."""
    fields = {name: value for name, value in request.GET.items() if not name.startswith("form-")}
    form = {name: request.GET[f"form-{name}"] for name in ("action", "enctype", "target")}
    return render(request, "forgery.html", {"form": form, "fields": fields})
