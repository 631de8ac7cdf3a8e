"""Claims of a project that has a name of the protocol's."""

from rest_framework import serializers

from drf_jwt_kit.tokens import ClaimsSerializer


class PlaceClaims(ClaimsSerializer):
    place = serializers.CharField(source="username")
