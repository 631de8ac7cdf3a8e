"""Does a right password open a session, in a project where it opens nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Warning

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.documentation import page
from drf_jwt_kit.conf.routed import class_of, is_kind_of, routed_views

PASSWORD_IS_ENOUGH = partial(Warning, id="drf_jwt_kit.W053")

_FACTORS = ("allauth.mfa", "django_otp")
_LOGIN = "drf_jwt_kit.views.tokens.TokenObtainPairView"
_DJ_REST_AUTH = "dj_rest_auth.views.LoginView"
_DJ_REST_AUTH_WITH_HOOK = "drf_jwt_kit.contrib.dj_rest_auth.views.LoginView"
_SERIALIZER = "drf_jwt_kit.serializers.TokenObtainPairSerializer"


def check() -> Iterator[CheckMessage]:
    """The login with a password where something else is asked for too. Needs valid settings."""
    asked = [*_asked_beside_the_password()]
    if asked and any(map(_asks_for_a_password_alone, routed_views())):
        yield PASSWORD_IS_ENOUGH(
            f"The project has {' and '.join(asked)}, and a URL with our login by password: it "
            "answers tokens to whoever knows the password, and asks for nothing else.",
            hint='Include "drf_jwt_kit.urls.without_login" (or ".cookie_without_login") in place '
            "of the set with the login, or override password_accepted of the serializer that "
            f"TOKEN_OBTAIN_SERIALIZER names: {page('docs/how-to/second-factor.md')} has both.",
        )


def _asked_beside_the_password() -> Iterator[str]:
    yield from filter(apps.is_installed, _FACTORS)
    verification = getattr(django_settings, "ACCOUNT_EMAIL_VERIFICATION", "optional")
    if apps.is_installed("allauth.account") and verification == "mandatory":
        yield "ACCOUNT_EMAIL_VERIFICATION = 'mandatory'"


def _asks_for_a_password_alone(view: Any) -> bool:
    cls: Any = class_of(view)
    if is_kind_of(cls, _LOGIN):
        if cls.get_serializer_class.__module__ != _LOGIN.rpartition(".")[0]:
            return False  # it asks for what it likes
        named = getattr(view, "initkwargs", {}).get("serializer_class") or cls.serializer_class
    elif is_kind_of(cls, _DJ_REST_AUTH):
        if not is_kind_of(cls, _DJ_REST_AUTH_WITH_HOOK):
            return True
        named = None
    else:
        return False
    with suppress(Exception):  # other checks say that it cannot be imported
        serializer: Any = named or get_settings().load("TOKEN_OBTAIN_SERIALIZER")
        hook = getattr(serializer, "password_accepted", None)
        is_ours = is_kind_of(serializer, _SERIALIZER)
        return is_ours and getattr(hook, "__module__", "") == _SERIALIZER.rpartition(".")[0]
    return False
