"""How does drf-spectacular describe us? As a bearer scheme of JWTs, or a cookie."""

from __future__ import annotations

from typing import Any, ClassVar

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


class CookieLogin(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    """Credentials in the body; the tokens in cookies."""

    target_class: Any = "drf_jwt_kit.views.CookieObtainView"
    described: ClassVar[dict[str, Any]] = {"post": extend_schema(responses=CookieLifetimes)}

    def view_replacement(self) -> Any:
        """The view with its answers."""
        view = type(self.target_class.__name__, (self.target_class,), {})
        return extend_schema_view(**self.described)(view)


class CookieRefresh(CookieLogin):  # type: ignore[no-untyped-call]
    """Everything in cookies."""

    target_class = "drf_jwt_kit.views.CookieRefreshView"
    described = {"post": extend_schema(request=None, responses=CookieLifetimes)}


class CookieVerify(CookieLogin):  # type: ignore[no-untyped-call]
    """Nothing but a status."""

    target_class = "drf_jwt_kit.views.CookieVerifyView"
    described = {"post": extend_schema(request=None, responses=OpenApiTypes.OBJECT)}


class CookieLogout(CookieVerify):  # type: ignore[no-untyped-call]
    """Nothing but a status."""

    target_class = "drf_jwt_kit.views.CookieLogoutView"


class CSRF(CookieLogin):  # type: ignore[no-untyped-call]
    """The token in the body, and Django's cookie."""

    target_class = "drf_jwt_kit.views.CSRFView"
    described = {"get": extend_schema(responses=CSRFToken)}
