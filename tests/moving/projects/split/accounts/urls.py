"""The addresses of accounts."""

from django.urls import path
from rest_framework_simplejwt.views import token_verify

from .views import LoginView, MeView, RefreshView

app_name = "accounts"
urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("login/refresh/", RefreshView.as_view(), name="refresh"),
    path("login/verify/", token_verify, name="verify"),
    path("me/", MeView.as_view(), name="me"),
]
