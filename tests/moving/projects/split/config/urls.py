"""The addresses of the shop."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("accounts.urls", namespace="accounts"))]
