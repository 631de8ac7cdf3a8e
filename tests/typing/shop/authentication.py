"""Authentication that answers the shop's own user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.exceptions import InvalidToken

if TYPE_CHECKING:
    from rest_framework.request import Request

    from drf_jwt_kit.tokens import AccessToken

    from .models import User


class ShopAuthentication(JWTAuthentication):
    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        holder = super().authenticate(request)
        if holder is None:
            return None
        user, token = holder
        return user, token

    def get_user(self, validated_token: AccessToken) -> User:
        user: User = super().get_user(validated_token)
        if "buyer" not in user.roles:
            raise InvalidToken
        return user
