"""Our endpoints, and a login that asks for a code after the password."""

from django.urls import path
from rest_framework import exceptions

from drf_jwt_kit import views
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from tests.urls import urlpatterns as those_of_the_suite


class AskingForACode(TokenObtainPairSerializer):
    def validate(self, attrs):
        super().validate(attrs)
        raise exceptions.PermissionDenied("Enter your code.")


urlpatterns = [
    *those_of_the_suite,
    path(
        "code/",
        views.TokenObtainPairView.as_view(serializer_class=AskingForACode),
    ),
]
