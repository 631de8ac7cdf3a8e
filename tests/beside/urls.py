"""Our endpoints, and those of the other packages as their pages here say."""

from django.urls import include, path

from tests.urls import urlpatterns as those_of_the_suite

urlpatterns = [
    *those_of_the_suite,
    path("auth/", include("drf_jwt_kit.contrib.dj_rest_auth.urls")),
    path("auth/registration/", include("dj_rest_auth.registration.urls")),
    path("djoser/", include("djoser.urls")),
]
