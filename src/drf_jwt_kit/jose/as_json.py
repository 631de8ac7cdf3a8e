"""Which claim has no form in JSON? Says what to write in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from drf_jwt_kit.exceptions import ClaimsError


def require_json(claims: Mapping[str, Any], encoder: type[json.JSONEncoder] | None) -> None:
    """Raise ClaimsError, with its name, for the first claim that ``encoder`` cannot write."""
    for name, value in claims.items():
        try:
            json.dumps(value, cls=encoder)
        except TypeError as error:
            raise ClaimsError(
                f"The claim {name!r} cannot be written as JSON: {error}. Put text, a number or a "
                "list of them there (of an Enum, its .value), or set SIMPLE_JWT['JSON_ENCODER']."
            ) from error
