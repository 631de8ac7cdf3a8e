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
            """As drf-spectacular has it, with the project's own text if there is one, and with what
            is refused as empty."""
            schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
            for field in self.target.fields.values():
                if not (field.read_only or getattr(field, "allow_blank", True)):
                    trimmed = {"pattern": r"\S"} if field.trim_whitespace else {}
                    schema["properties"][field.field_name] |= {"minLength": 1, **trimmed}
            return {**schema, "description": own_text(type(self.target)) or text}


for _name, _text in _TEXTS.items():
    _describe(_name, _text)


class SessionNameDescription(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A body of a PATCH in which nothing can be left out."""

    target_class = "drf_jwt_kit.contrib.spectacular.answers.SessionName"

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        """Not called a patched one."""
        return "SessionName"

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        """With the name required."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "required": ["name"]}
