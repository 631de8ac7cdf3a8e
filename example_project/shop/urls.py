"""The shop's addresses."""

from django.urls import path

from . import views
from .page import PageView

urlpatterns = [
    path("", PageView.as_view(), name="page"),
    path("api/", views.WelcomeView.as_view(), name="welcome"),
    path("api/secure/", views.SecureView.as_view(), name="secure"),
    path("api/whoami/", views.WhoAmIView.as_view(), name="whoami"),
    path("api/report/", views.ReportView.as_view(), name="report"),
    path("api/profile/", views.ProfileView.as_view(), name="profile"),
    path("api/password/", views.ChangePasswordView.as_view(), name="change_password"),
]
