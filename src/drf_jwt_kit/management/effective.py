"""Which value has each setting now, and where does it come from? Shows no secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from drf_jwt_kit.conf import KitSettings, current_origins, get_settings
from drf_jwt_kit.disclosure import shown

DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Effective:
    """A setting, its value as it may be shown, and the dict that it comes from, or ``default``."""

    name: str
    value: str
    source: str


def effective_settings() -> Iterator[Effective]:
    """Every setting, in the order of the reference. Raises ImproperlyConfigured if one is wrong."""
    settings, origins = get_settings(), current_origins()
    for field in fields(KitSettings):
        value = getattr(settings, field.name)
        hidden = field.metadata["secret"] and value is not None
        yield Effective(
            name=field.name,
            value="(not shown)" if hidden else value_in_words(value),
            source=origins.get(field.name, DEFAULT),
        )


def value_in_words(value: Any) -> str:
    """A value for a line: a function by its name, and nothing that may be a secret."""
    if callable(value):
        name = getattr(value, "__qualname__", type(value).__qualname__)
        return f"{getattr(value, '__module__', '?')}.{name}"
    return shown(value, str)
