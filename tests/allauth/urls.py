from django.urls import include, path

from tests.urls import urlpatterns as ours

urlpatterns = [
    *(one for one in ours if "api/token" not in str(one.pattern)),
    path("_allauth/", include("allauth.headless.urls")),
    path("api/token/", include("drf_jwt_kit.urls.without_login")),
]
