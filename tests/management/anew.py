"""A project that asks for a password where a login is made younger, and nowhere else."""

from django.urls import path

from drf_jwt_kit.views import ReauthenticateView

urlpatterns = [path("anew/", ReauthenticateView.as_view())]
