"""Our endpoints under prefixes that capture, and in namespaces of the project's."""

from django.urls import include, path, re_path
from rest_framework.urlpatterns import format_suffix_patterns

HEADER = "drf_jwt_kit.urls"
COOKIE = "drf_jwt_kit.urls.cookie"

inner = [path("auth/", include(COOKIE)), path("token/", include(HEADER))]

urlpatterns = [
    path("api/<str:version>/", include((inner, "shop"), namespace="v1")),
    path("tenants/<slug:tenant>/", include((inner, "tenant"))),
    path("formats/<str:format>/", include((inner, "formats"))),
    path("handlers/<str:handler>/", include((inner, "handlers"))),
    re_path(r"^groups/(\w+)/", include((inner, "groups"))),
    path("plain/", include((inner, "plain"))),
    *format_suffix_patterns([path("suffixes/", include((inner, "suffixes")))]),
]
