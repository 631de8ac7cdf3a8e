"""How are the public keys described, whose view is none of REST Framework's?

Views are listed by a class of drf-spectacular's, which a project's generator names. Ours is named
where the project has not named one of its own.
"""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.views import APIView

from drf_jwt_kit.conf.routed import class_of, is_kind_of

from .refusals import HEADERS, refusals
from .texts import own_text
from .views import saying

_VIEW = "drf_jwt_kit.views.jwks.JWKSView"
_HEADER: Final = OpenApiParameter.HEADER


class JSONWebKey(serializers.Serializer[Any]):
    """A public key (RFC 7517). Which of the members below make it up, `kty` says."""

    kty = serializers.ChoiceField(["RSA", "EC", "OKP"], help_text="The kind of key.")
    kid = serializers.CharField(help_text="Its name, as tokens have it in their header.")
    alg = serializers.CharField(help_text="The algorithm that it verifies.")
    use = serializers.ChoiceField(["sig"])
    n = serializers.CharField(required=False, help_text="The modulus of an RSA key.")
    e = serializers.CharField(required=False, help_text="The exponent of an RSA key.")
    crv = serializers.CharField(required=False, help_text="The curve of an EC or OKP key.")
    x = serializers.CharField(required=False, help_text="Its first coordinate, or the key.")
    y = serializers.CharField(required=False, help_text="The second coordinate of an EC key.")


class JSONWebKeySet(serializers.Serializer[Any]):
    """The keys that verify tokens now, and those that will soon. None where tokens are signed with
    a secret."""

    keys = JSONWebKey(many=True)


_EXAMPLE = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "alg": "EdDSA",
    "use": "sig",
}
"""Source: RFC 8037 appendix A.2 and A.3."""

_DESCRIPTION = (
    "For services that verify tokens themselves. Keep them as long as `Cache-Control` says, and "
    "ask again for a `kid` that is not among them."
)


def _said(text: str) -> dict[str, Any]:
    """The arguments of ``extend_schema``; ``text`` is the project's own."""
    example = OpenApiExample("Ed25519", value={"keys": [_EXAMPLE]})
    return {
        "methods": ["GET"],
        "summary": "Get the public keys",
        "description": text or _DESCRIPTION,
        "parameters": [
            OpenApiParameter(
                "If-None-Match", str, _HEADER, description="The `ETag` of the keys that are known."
            ),
            OpenApiParameter("ETag", str, _HEADER, response=[200, 304]),
            OpenApiParameter("Cache-Control", str, _HEADER, response=[200, 304]),
            *HEADERS,
        ],
        "responses": {
            200: OpenApiResponse(JSONWebKeySet, examples=[example]),
            304: OpenApiResponse(description="Not Modified: the keys that are known are all."),
            **refusals(["temporarily_unavailable"]),
        },
    }


class WithPublicKeys(EndpointEnumerator):
    """Lists the views of public keys with those of REST Framework."""

    def should_include_endpoint(self, path: str, callback: Any) -> Any:
        """Whether the view is described."""
        return super().should_include_endpoint(path, _as_listed(callback))

    def get_allowed_methods(self, callback: Any) -> Any:
        """By which methods."""
        return super().get_allowed_methods(_as_listed(callback))  # type: ignore[no-untyped-call]

    def _get_api_endpoints(self, patterns: Any, prefix: str) -> list[tuple[Any, ...]]:
        """Before a hook of the project's sees them, which may ask each for its class."""
        found = super()._get_api_endpoints(patterns, prefix)  # type: ignore[no-untyped-call]
        return [(*told, _as_listed(callback)) for *told, callback in found]


SchemaGenerator.endpoint_inspector_cls = WithPublicKeys


def _as_listed(callback: Any) -> Any:
    """The view of public keys as one of REST Framework's, which serves nobody; others as they
    are."""
    view: Any = class_of(callback)
    if not is_kind_of(view, _VIEW) or issubclass(view, APIView):
        return callback
    text = own_text(view)
    body = {"__doc__": text or " ", "authentication_classes": (), "permission_classes": ()}
    listed = type(view.__name__, (view, APIView), {**body, "__module__": view.__module__})
    return saying(listed, [_said(text)]).as_view(**callback.view_initkwargs)
