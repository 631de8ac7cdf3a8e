"""What do bodies hold that our serializers read and write, in words for readers of an API?"""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension

from .texts import own_text

_TEXTS = {
    "TokenObtainPairSerializer": "Who logs in. The answer has the tokens.",
    "TokenRefreshSerializer": "The refresh token of the last answer. The answer has the next one.",
    "TokenVerifySerializer": "A token of either kind.",
    "TokenBlacklistSerializer": "The refresh token of the session that ends.",
}


def _describe(name: str, text: str) -> None:
    """Register what is said of our serializer of that ``name``, and of subclasses."""

    class Described(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
        target_class = f"drf_jwt_kit.serializers.{name}"
        match_subclasses = True

        def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
            """As drf-spectacular has it, with the project's own text if there is one."""
            schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
            return {**schema, "description": own_text(type(self.target)) or text}


for _name, _text in _TEXTS.items():
    _describe(_name, _text)
