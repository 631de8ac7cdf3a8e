"""Which tokens do dj-rest-auth's login, registration and second factor answer? Ours."""

from __future__ import annotations

from typing import Any

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.asking import asking
from drf_jwt_kit.sessions import client


class ClaimsSerializer:
    """For ``REST_AUTH["JWT_TOKEN_CLAIMS_SERIALIZER"]``, of which it asks nothing but ``get_token``.

    The tokens are those of ``TOKEN_OBTAIN_SERIALIZER``, with the claims that a project sets there.
    """

    @classmethod
    def get_token(cls, user: Any) -> Any:
        """The RefreshToken of a session that is stored once its access token is asked for.

        dj-rest-auth passes no request. Where one is known, the session has its device.
        """
        token: Any = get_settings().load("TOKEN_OBTAIN_SERIALIZER").get_token(user)
        client.describe(token.session, asking())
        return token
