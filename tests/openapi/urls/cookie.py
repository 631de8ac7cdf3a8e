"""The endpoints for browsers."""

from django.urls import include, path

urlpatterns = [path("api/auth/", include("drf_jwt_kit.urls.cookie"))]
