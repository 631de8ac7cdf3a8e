"""The endpoints of all sides in one project, and the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    *(path("", include(f"benchmarks.sides.{side}")) for side in ("nobody", "floors")),
    *(path("", include(f"benchmarks.sides.{side}")) for side in ("simplejwt", "knox", "kit")),
    path("admin/", admin.site.urls),
]
