"""How is a token sent? In a header, or in a cookie."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.settings import spectacular_settings
from rest_framework.authentication import BaseAuthentication

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.fields import as_tuple
from drf_jwt_kit.scopes import required_by


class RefreshCookie(BaseAuthentication):
    """Stands in the description of an endpoint that reads the refresh token's cookie."""


class AccessCookie(BaseAuthentication):
    """The same for the access token's cookie, where a header does not count."""


class JWTAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The header that every view with ``JWTAuthentication`` (or a subclass) takes."""

    target_class = "drf_jwt_kit.authentication.JWTAuthentication"
    match_subclasses = True
    priority = 1  # before drf-spectacular's own extension for Simple JWT's classes
    name = "jwtAuth"

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """One of the ways is enough. From OpenAPI 3.1 on (section 4.8.30) with what the view
        requires of the token; 3.0 has no place for that."""
        told = str(spectacular_settings.OAS_VERSION) >= "3.1"
        required = getattr(auto_schema.view, "required_scopes", ()) if told else ()
        scopes = [*(required_by(required, auto_schema.method) or ())]
        return [{name: scopes} for name in as_tuple(self.name)]

    def get_security_definition(self, auto_schema: Any) -> Any:
        """The security scheme object (OpenAPI 3.0 section 4.7.27)."""
        _share_name(type(self.target))
        return build_bearer_security_scheme_object(
            header_name=get_settings().AUTH_HEADER_NAME,
            token_prefix=get_settings().AUTH_HEADER_TYPES[0],
            bearer_format="JWT",
        )


class ResourceServerScheme(JWTAuthenticationScheme):  # type: ignore[no-untyped-call]
    """The same header, of a view in a resource server: import this package there."""

    target_class = "drf_jwt_kit.resource_server.ResourceServerAuthentication"


class JWTCookieScheme(JWTAuthenticationScheme):  # type: ignore[no-untyped-call]
    """The header or the access cookie, of a view with ``JWTCookieAuthentication``."""

    target_class = "drf_jwt_kit.authentication.JWTCookieAuthentication"
    priority = 2
    name = ["jwtAuth", "jwtCookie"]  # type: ignore[assignment]  # it may be a list, says its code

    def get_security_definition(self, auto_schema: Any) -> Any:
        """The two security scheme objects."""
        header = super().get_security_definition(auto_schema)
        return [header, _cookie(get_settings().access_cookie_name)]


class RefreshCookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The refresh token's cookie, of our endpoints that read it."""

    target_class = RefreshCookie
    name = "jwtRefreshCookie"

    def get_security_definition(self, auto_schema: Any) -> Any:
        """The security scheme object."""
        return _cookie(get_settings().refresh_cookie_name)


class AccessCookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The access token's cookie, of our endpoints that read nothing else."""

    target_class = AccessCookie
    name = "jwtCookie"

    def get_security_definition(self, auto_schema: Any) -> Any:
        """The security scheme object."""
        _share_name(AccessCookie)
        return _cookie(get_settings().access_cookie_name)


def _share_name(authentication: Any) -> None:
    """Several classes find a token in the same place, which is one scheme and no mistake."""
    set_override(authentication, "suppress_collision_warning", True)


def _cookie(name: str) -> dict[str, Any]:
    return {"type": "apiKey", "in": "cookie", "name": name}
