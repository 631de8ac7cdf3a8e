from django.urls import path

from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.views import TokenObtainPairView


class Asking(TokenObtainPairSerializer):
    def password_accepted(self, user):
        raise NotImplementedError


urlpatterns = [path("login/", TokenObtainPairView.as_view(serializer_class=Asking))]
