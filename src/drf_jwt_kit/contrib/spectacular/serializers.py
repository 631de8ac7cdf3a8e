"""What do bodies hold that our serializers read and write, in words for readers of an API?"""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.settings import spectacular_settings

from .texts import own_text

_TEXTS = {
    "serializers.TokenObtainPairSerializer": "Who logs in. The answer has the tokens.",
    "serializers.TokenRefreshSerializer": "The refresh token of the last answer. The answer has "
    "the next one.",
    "serializers.TokenVerifySerializer": "A token of either kind.",
    "serializers.TokenBlacklistSerializer": "The refresh token of the session that ends.",
    "contrib.spectacular.answers.Proof": "What proves who the user is.",
}


def _describe(path: str, text: str) -> None:
    """Register what is said of our serializer with that ``path``, and of subclasses."""

    class Described(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
        target_class = f"drf_jwt_kit.{path}"
        match_subclasses = True

        def get_name(self, auto_schema: Any, direction: Any) -> Any:
            """Of what is sent another one: nobody sends what is answered."""
            if direction == "response" or spectacular_settings.COMPONENT_SPLIT_REQUEST:
                return None
            named = auto_schema._get_serializer_name(self.target, direction, bypass_extensions=True)
            return f"{named}Request"

        def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
            """As drf-spectacular has it, with the project's own text if there is one, and with what
            is refused as empty."""
            schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
            elsewhere = "readOnly" if direction == "request" else "writeOnly"
            here = {n: p for n, p in schema["properties"].items() if not p.get(elsewhere)}
            _tell_what_is_empty(here, self.target.fields)
            schema |= {"properties": here, "description": own_text(type(self.target)) or text}
            schema["required"] = [one for one in schema.get("required", ()) if one in here]
            return schema


def _tell_what_is_empty(properties: dict[str, Any], fields: Any) -> None:
    for name, said in properties.items():
        if not getattr(fields[name], "allow_blank", True):
            said.update(
                {"minLength": 1} | ({"pattern": r"\S"} if fields[name].trim_whitespace else {})
            )


for _path, _text in _TEXTS.items():
    _describe(_path, _text)


class SessionNameDescription(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A body of a PATCH in which nothing can be left out."""

    target_class = "drf_jwt_kit.contrib.spectacular.answers.SessionName"

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        """With the name required."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "required": ["name"]}
