"""The first of our two lines."""

from django.urls import include, path

urlpatterns = [path("api/token/", include("drf_jwt_kit.urls"))]
