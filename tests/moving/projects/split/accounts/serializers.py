"""What a login answers, and what its tokens say."""

from rest_framework_simplejwt.serializers import (
    TokenObtainPairSerializer,
    TokenRefreshSerializer,
)


class ShopTokenSerializer(TokenObtainPairSerializer):
    """The claims that the shop's pages read, and the name beside the tokens."""

    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["name"] = user.get_full_name()
        token["is_staff"] = user.is_staff
        return token

    def validate(self, attrs):
        data = super().validate(attrs)
        data["user"] = {"id": self.user.pk, "name": self.user.get_full_name()}
        return data


class ShopRefreshSerializer(TokenRefreshSerializer):
    """A refresh that says how long the answer is good for."""

    def validate(self, attrs):
        return {**super().validate(attrs), "kind": "refreshed"}
