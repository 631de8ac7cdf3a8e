"""How does drf-spectacular describe our views? With a bearer scheme for JWTs, or a cookie."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiViewExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

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


class JWTCookieScheme(JWTAuthenticationScheme):  # type: ignore[no-untyped-call]
    """The header or the access cookie, of a view with ``JWTCookieAuthentication``."""

    target_class = "drf_jwt_kit.authentication.JWTCookieAuthentication"
    priority = 2
    name = ["jwtAuth", "jwtCookie"]  # type: ignore[assignment]  # it may be a list, says its code

    def get_security_definition(self, auto_schema: Any) -> Any:
        """The two security scheme objects."""
        cookie = {"type": "apiKey", "in": "cookie", "name": get_settings().access_cookie_name}
        return [super().get_security_definition(auto_schema), cookie]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """One of them is enough."""
        return [{name: []} for name in self.name]


class CookieLifetimes(serializers.Serializer[Any]):
    """What login and refresh answer beside the cookies. In seconds."""

    expires_in = serializers.IntegerField()
    refresh_expires_in = serializers.IntegerField()


class CSRFToken(serializers.Serializer[Any]):
    """What a page sends in the header that CSRF_HEADER_NAME names."""

    csrf_token = serializers.CharField()


def _describe(view: str, **answers: Any) -> None:
    """Register what each method of ``view`` takes and answers."""

    class Described(OpenApiViewExtension):  # type: ignore[no-untyped-call]
        target_class: Any = f"drf_jwt_kit.views.{view}"

        def view_replacement(self) -> Any:
            described = type(self.target_class.__name__, (self.target_class,), {})
            return extend_schema_view(**answers)(described)


# Credentials come in the body, and tokens in cookies.
_describe("CookieObtainView", post=extend_schema(responses=CookieLifetimes))
_describe("CookieRefreshView", post=extend_schema(request=None, responses=CookieLifetimes))
_describe("CookieVerifyView", post=extend_schema(request=None, responses=OpenApiTypes.OBJECT))
_describe("CookieLogoutView", post=extend_schema(request=None, responses=OpenApiTypes.OBJECT))
_describe("CSRFView", get=extend_schema(responses=CSRFToken))
