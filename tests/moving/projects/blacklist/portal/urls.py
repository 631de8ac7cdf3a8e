"""The addresses of the portal."""

from django.urls import path
from people.views import LogoutEverywhereView, LogoutView, ProfileView, RegisterView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

urlpatterns = [
    path("auth/login", TokenObtainPairView.as_view()),
    path("auth/refresh", TokenRefreshView.as_view()),
    path("auth/register", RegisterView.as_view()),
    path("auth/logout", LogoutView.as_view()),
    path("auth/logout-everywhere", LogoutEverywhereView.as_view()),
    path("profile", ProfileView.as_view()),
]
