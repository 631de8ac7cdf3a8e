"""Which views beside ours hand out tokens that have no session, or log out without ending one?

They are known by their names: the packages need not be installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Warning
from django.utils.module_loading import import_string

from drf_jwt_kit.conf.routed import is_kind_of, routed_classes

VIEW_OF_SIMPLE_JWT = partial(Warning, id="drf_jwt_kit.W054")
VIEW_OF_DJ_REST_AUTH = partial(Warning, id="drf_jwt_kit.W055")

_OURS = "drf_jwt_kit.views.endpoint.EndpointMixin"
_THEIRS = "rest_framework_simplejwt.views.TokenViewBase"
_OUR_SERIALIZERS = tuple(
    f"drf_jwt_kit.serializers.Token{verb}Serializer"
    for verb in ("ObtainPair", "Refresh", "Verify", "Blacklist")
)
_OUR_CLAIMS = "drf_jwt_kit.contrib.dj_rest_auth.claims.ClaimsSerializer"
_LOGINS = ("dj_rest_auth.views.LoginView", "dj_rest_auth.registration.views.RegisterView")
_LOGOUT = "dj_rest_auth.views.LogoutView"


def check() -> Iterator[CheckMessage]:
    """Doors beside ours. Needs URLs that can be imported."""
    for cls in dict.fromkeys(routed_classes()):
        if is_kind_of(cls, _OURS):
            continue
        if is_kind_of(cls, _THEIRS) and not is_kind_of(_serializer_of(cls), *_OUR_SERIALIZERS):
            yield VIEW_OF_SIMPLE_JWT(
                f"{cls.__module__}.{cls.__qualname__} is routed, a view of Simple JWT: its tokens "
                "have no session, and it does not ask for the session of ours.",
                hint='Include "drf_jwt_kit.urls" in its place (for djoser.urls.jwt too, and for '
                'dj_rest_auth.urls "drf_jwt_kit.contrib.dj_rest_auth.urls"), or import the view of '
                "that name from drf_jwt_kit.views.",
            )
        elif is_kind_of(cls, _LOGOUT) or (is_kind_of(cls, *_LOGINS) and _has_other_tokens()):
            yield VIEW_OF_DJ_REST_AUTH(
                f"{cls.__module__}.{cls.__qualname__} is routed, a view of dj-rest-auth: it "
                "neither begins nor ends a session of ours.",
                hint='Include "drf_jwt_kit.contrib.dj_rest_auth.urls" in place of '
                "dj_rest_auth.urls, and set REST_AUTH['JWT_TOKEN_CLAIMS_SERIALIZER'] to "
                "'drf_jwt_kit.contrib.dj_rest_auth.claims.ClaimsSerializer'.",
            )


def _serializer_of(view: Any) -> Any:
    """The serializer that a view of Simple JWT uses."""
    return _at(view._serializer_class if view.serializer_class is None else view.serializer_class)


def _has_other_tokens() -> bool:
    """Whether dj-rest-auth makes JWTs, and not ours."""
    chosen: Any = getattr(django_settings, "REST_AUTH", None)
    if not isinstance(chosen, dict):
        return False
    serializer = _at(chosen.get("JWT_TOKEN_CLAIMS_SERIALIZER"))
    return bool(chosen.get("USE_JWT")) and not is_kind_of(
        serializer, _OUR_CLAIMS, *_OUR_SERIALIZERS
    )


def _at(named: Any) -> Any:
    """What a dotted path names, or the path where it cannot be imported; others unchanged."""
    if isinstance(named, str):
        with suppress(Exception):  # another check, or the server, says what is wrong
            return import_string(named)
    return named
