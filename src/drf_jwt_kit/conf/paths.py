"""What does a dotted path in a setting mean? Never imports anything before it is asked for.

The settings hold public paths. The engine must not import the faces that these belong to, so
the paths of what the engine itself runs lead to its own objects, which the faces re-export.
"""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

AUTHENTICATION_RULE = "drf_jwt_kit.authentication.default_user_authentication_rule"
CLAIMS_SERIALIZER = "drf_jwt_kit.tokens.ClaimsSerializer"

_ENGINE = {
    AUTHENTICATION_RULE: "drf_jwt_kit.sessions.account.default_user_authentication_rule",
    CLAIMS_SERIALIZER: "drf_jwt_kit.sessions.claims.ClaimsSerializer",
}


def public_path(value: Any) -> Any:
    """``value``, or our path where it is Simple JWT's path of something that we have too."""
    theirs = "rest_framework_simplejwt."
    if isinstance(value, str) and value.startswith(theirs):
        return "drf_jwt_kit." + value.removeprefix(theirs)
    return value


def loaded(value: Any) -> Any:
    """The class or function that ``value`` is, or is the path of. Raises ImportError."""
    return import_string(_ENGINE.get(value, value)) if isinstance(value, str) else value
