"""What tokens say of a user: by a claims serializer, and in the way of Simple JWT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import serializers

from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.tokens import ClaimsSerializer

if TYPE_CHECKING:
    from drf_jwt_kit.tokens import RefreshToken

    from .models import User


class ShopClaims(ClaimsSerializer):
    roles = serializers.SerializerMethodField()

    def get_roles(self, user: User) -> list[str]:
        return user.roles


class ShopObtainSerializer(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user: User) -> RefreshToken:
        token = super().get_token(user)
        token["nickname"] = user.first_name
        return token
