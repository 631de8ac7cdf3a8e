from django.urls import path

from drf_jwt_kit.views import ReauthenticateView

from . import own

urlpatterns = [*own.urlpatterns, path("anew/", ReauthenticateView.as_view())]
