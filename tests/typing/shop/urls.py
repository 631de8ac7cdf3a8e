"""The shop's addresses."""

from django.urls import include, path

from .views import ColleaguesView, PasswordView, ProfileView

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/profile/", ProfileView.as_view()),
    path("api/password/", PasswordView.as_view()),
    path("api/colleagues/", ColleaguesView.as_view()),
]
