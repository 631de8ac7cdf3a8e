"""Which address leads where."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),  # the second of the two lines
    path("admin/", admin.site.urls),
    path("", include("shop.urls")),
]
