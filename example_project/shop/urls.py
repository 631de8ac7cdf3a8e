"""The shop's addresses."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.WelcomeView.as_view(), name="welcome"),
    path("api/secure/", views.SecureView.as_view(), name="secure"),
    path("api/report/", views.ReportView.as_view(), name="report"),
    path("api/profile/", views.ProfileView.as_view(), name="profile"),
    path("api/password/", views.ChangePasswordView.as_view(), name="change_password"),
]
