"""Which object does a dotted path in a setting mean? Imports it only when it is asked for.

Settings hold public paths. The engine must not import the modules at these paths, so the paths of
functions that the engine itself runs lead to its own objects, which those modules re-export.
"""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

from drf_jwt_kit.disclosure import is_harmless, shown

AUTHENTICATION_RULE = "drf_jwt_kit.authentication.default_user_authentication_rule"
CLAIMS_SERIALIZER = "drf_jwt_kit.tokens.ClaimsSerializer"

_ENGINE = {
    AUTHENTICATION_RULE: "drf_jwt_kit.sessions.account.default_user_authentication_rule",
    CLAIMS_SERIALIZER: "drf_jwt_kit.sessions.claims.ClaimsSerializer",
}


def public_path(value: Any) -> Any:
    """``value``; if it is a path of Simple JWT, the same path in this package."""
    theirs = "rest_framework_simplejwt."
    if isinstance(value, str) and value.startswith(theirs):
        return "drf_jwt_kit." + value.removeprefix(theirs)
    return value


def loaded(value: Any) -> Any:
    """``value``, or the class or function at that path. Raises ImportError."""
    if not isinstance(value, str):
        return value
    try:
        return import_string(_ENGINE.get(value, value))
    except ImportError:
        if is_harmless(value):
            raise
    raise ImportError(f"{shown(value)} is not the path of a class or a function")
