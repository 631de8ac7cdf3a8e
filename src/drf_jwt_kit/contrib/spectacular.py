"""How does drf-spectacular describe our authentication? As a bearer scheme of JWTs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object

from drf_jwt_kit.conf import get_settings


class JWTAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The header that every view with ``JWTAuthentication`` (or a subclass) takes."""

    target_class = "drf_jwt_kit.authentication.JWTAuthentication"
    match_subclasses = True
    priority = 1  # before drf-spectacular's own extension for Simple JWT's classes
    name = "jwtAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """The security scheme object (OpenAPI 3 section 4.8.27)."""
        scheme: dict[str, Any] = build_bearer_security_scheme_object(
            header_name=get_settings().AUTH_HEADER_NAME,
            token_prefix=get_settings().AUTH_HEADER_TYPES[0],
            bearer_format="JWT",
        )
        return scheme


class ResourceServerScheme(JWTAuthenticationScheme):  # type: ignore[no-untyped-call]
    """The same header, of a view in a resource server: import this module there."""

    target_class = "drf_jwt_kit.resource_server.ResourceServerAuthentication"
