from django.urls import path

from drf_jwt_kit.views import ReauthenticateView


class AnewView(ReauthenticateView):
    def serializer_of(self, renewal, body):
        raise NotImplementedError


urlpatterns = [path("anew/", AnewView.as_view())]
