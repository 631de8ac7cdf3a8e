from django.urls import path

from drf_jwt_kit.views import TokenObtainPairView


class LoginView(TokenObtainPairView):
    pass


def page(request):
    raise NotImplementedError


urlpatterns = [path("page/", page), path("login/", LoginView.as_view())]
