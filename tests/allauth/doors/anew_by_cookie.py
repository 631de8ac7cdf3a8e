from django.urls import path

from drf_jwt_kit.views import CookieReauthenticateView


class AnewView(CookieReauthenticateView):
    pass


urlpatterns = [path("anew/", AnewView.as_view())]
