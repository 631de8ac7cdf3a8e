"""Every endpoint of ours: for headers, for browsers, and for readers of keys."""

from django.urls import include, path

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),
    path("", include("drf_jwt_kit.urls.wellknown")),
]
