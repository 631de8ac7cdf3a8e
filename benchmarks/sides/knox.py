"""django-rest-knox, whose tokens are looked up: with the login of its documentation."""

from __future__ import annotations

from django.urls import path
from knox import auth, views
from rest_framework.authentication import BasicAuthentication
from rest_framework.permissions import IsAuthenticated

from .nobody import OpenView


class KnoxView(OpenView):
    authentication_classes = (auth.TokenAuthentication,)
    permission_classes = (IsAuthenticated,)


class KnoxLoginView(views.LoginView):
    authentication_classes = (BasicAuthentication,)


urlpatterns = [
    path("knox/", KnoxView.as_view()),
    path("knox/obtain/", KnoxLoginView.as_view()),
    path("knox/logout/", views.LogoutView.as_view()),
]
