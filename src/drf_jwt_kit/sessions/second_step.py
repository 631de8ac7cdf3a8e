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
_ANEW = "drf_jwt_kit.views.reauthentication.ReauthenticateView"
_DJ_REST_AUTH = "dj_rest_auth.views.LoginView"
_DJ_REST_AUTH_WITH_HOOK = "drf_jwt_kit.contrib.dj_rest_auth.views.LoginView"
_SERIALIZER = "drf_jwt_kit.serializers.TokenObtainPairSerializer"


def check() -> Iterator[CheckMessage]:
    """The views that ask for a password where something else is asked for too. Needs valid
    settings."""
    asked = [*_asked_beside_the_password()]
    doors = dict.fromkeys(filter(None, map(_door_of, routed_views()))) if asked else {}
    if doors:
        yield PASSWORD_IS_ENOUGH(
            f"The project has {' and '.join(asked)}, and a URL with our {' and '.join(doors)}: to "
            "it the password is proof enough, and it asks for nothing else.",
            hint='Include "drf_jwt_kit.urls.without_login" (or ".cookie_without_login") in place '
            "of the set with the login, or override password_accepted of the serializer that "
            f"TOKEN_OBTAIN_SERIALIZER names: {page('docs/how-to/second-factor.md')} has both.",
        )


def _asked_beside_the_password() -> Iterator[str]:
    yield from filter(apps.is_installed, _FACTORS)
    verification = getattr(django_settings, "ACCOUNT_EMAIL_VERIFICATION", "optional")
    if apps.is_installed("allauth.account") and verification == "mandatory":
        yield "ACCOUNT_EMAIL_VERIFICATION = 'mandatory'"


def _door_of(view: Any) -> str | None:
    """What ``view`` lets a user do for a password alone, if it is one of those that do."""
    cls: Any = class_of(view)
    if is_kind_of(cls, _LOGIN) and _is_ours(cls.get_serializer_class, _LOGIN):
        named = getattr(view, "initkwargs", {}).get("serializer_class") or cls.serializer_class
        return "login by password" if _asks_for_a_password_alone(named) else None
    if is_kind_of(cls, _DJ_REST_AUTH):
        has_hook = is_kind_of(cls, _DJ_REST_AUTH_WITH_HOOK)
        return None if has_hook and not _asks_for_a_password_alone() else "login by password"
    if is_kind_of(cls, _ANEW) and _is_ours(cls.serializer_of, _ANEW):
        # A session that began elsewhere, such as by `sessions.start`, is asked what the settings
        # name, whatever a login beside this view has of its own.
        return "reauthenticate/" if _asks_for_a_password_alone() else None
    return None


def _asks_for_a_password_alone(named: Any = None) -> bool:
    """Whether a serializer does, or else the one that the settings name."""
    with suppress(Exception):  # other checks say that it cannot be imported
        serializer: Any = named or get_settings().load("TOKEN_OBTAIN_SERIALIZER")
        hook = getattr(serializer, "password_accepted", None)
        return is_kind_of(serializer, _SERIALIZER) and _is_ours(hook, _SERIALIZER)
    return False


def _is_ours(method: Any, path: str) -> bool:
    """Whether ``method`` is that of our class at ``path``, and not of a project's subclass."""
    return getattr(method, "__module__", "") == path.rpartition(".")[0]
