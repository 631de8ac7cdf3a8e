from django.urls import path

from drf_jwt_kit.views import ReauthenticateView

from . import hooked

urlpatterns = [*hooked.urlpatterns, path("anew/", ReauthenticateView.as_view())]
