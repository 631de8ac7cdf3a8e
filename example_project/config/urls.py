"""Which address leads where."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),  # the second of the two lines
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),  # the same for browsers, in cookies
    path("admin/", admin.site.urls),
    path("", include("drf_jwt_kit.urls.wellknown")),  # public keys, for other services
    path("", include("shop.urls")),
]

if settings.DEBUG:
    urlpatterns += [
        path("api/demo/", include("shop.theft")),
        path("api/demo/plain/", include("shop.plain")),
    ]
