from django.urls import path
from rest_framework import serializers

from drf_jwt_kit.views import TokenObtainPairView


class CodeSerializer(serializers.Serializer):
    code = serializers.CharField()


class CodeView(TokenObtainPairView):
    serializer_class = CodeSerializer


urlpatterns = [path("code/", CodeView.as_view())]
