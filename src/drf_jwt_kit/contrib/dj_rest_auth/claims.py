"""Which tokens do dj-rest-auth's login, registration and second factor answer? Ours."""

from __future__ import annotations

from typing import Any

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.asking import asking
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.sessions import client
from drf_jwt_kit.tokens import RefreshToken


class ClaimsSerializer(TokenObtainPairSerializer):
    """For ``REST_AUTH["JWT_TOKEN_CLAIMS_SERIALIZER"]``: the tokens of ``TOKEN_OBTAIN_SERIALIZER``.

    dj-rest-auth asks it without a request. Where one is known, the session has its device.
    """

    @classmethod
    def get_token(cls, user: Any) -> RefreshToken:
        """The refresh token of a session that is stored once its access token is asked for."""
        serializer: Any = get_settings().load("TOKEN_OBTAIN_SERIALIZER")
        token: Any = serializer.remember(serializer.get_token(user))
        client.describe(token.session, asking())
        return token  # type: ignore[no-any-return]  # a RefreshToken, or the serializer has raised
