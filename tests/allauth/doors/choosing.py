from django.urls import path

from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.views import TokenObtainPairView


class ChoosingView(TokenObtainPairView):
    def get_serializer_class(self):
        return TokenObtainPairSerializer if self.request.headers.get("X-Code") else None


urlpatterns = [path("login/", ChoosingView.as_view())]
