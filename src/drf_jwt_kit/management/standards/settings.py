"""What do a project's settings show of a requirement?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from rest_framework.settings import api_settings as drf_settings

from drf_jwt_kit.authentication import JWTAuthentication, JWTStatelessAuthentication
from drf_jwt_kit.conf import KitSettings, current_origins, get_settings
from drf_jwt_kit.conf.fields import as_tuple
from drf_jwt_kit.management.effective import DEFAULT, value_in_words

from .requirement import Evidence, met, not_met, yours


def said(*names: str) -> str:
    """The settings of these names with their values, and where those come from."""
    settings, origins = get_settings(), current_origins()
    return ", ".join(
        f"{name} = {value_in_words(getattr(settings, name))} ({origins.get(name, DEFAULT)})"
        for name in names
    )


def rotation() -> Evidence:
    """Whether refresh tokens are rotated, so that a second use is noticed."""
    found = said("ROTATE_REFRESH_TOKENS", "ROTATION_LEEWAY")
    return met(found) if get_settings().ROTATE_REFRESH_TOKENS else not_met(found)


def idle_limit() -> Evidence:
    """After how long a session ends that is not refreshed."""
    return met(said("REFRESH_TOKEN_LIFETIME", *_own_limits()))


def absolute_limit() -> Evidence:
    """After how long a session ends in any case."""
    return met(said("SESSION_MAX_AGE", *_own_limits()))


def lifetimes_to_document() -> Evidence:
    """The limits, which only the project can justify."""
    names = ("ACCESS_TOKEN_LIFETIME", "REFRESH_TOKEN_LIFETIME", "SESSION_MAX_AGE")
    return yours(f"{said(*names)}. Write down why these are right.")


def within(overall: timedelta, inactive: timedelta | None) -> Callable[[], Evidence]:
    """Whether a session is no older than ``overall``, and no longer idle than ``inactive``."""

    def look() -> Evidence:
        settings = get_settings()
        fits = overall >= settings.SESSION_MAX_AGE
        if inactive is not None:
            fits = fits and inactive >= settings.REFRESH_TOKEN_LIFETIME
        found = said("SESSION_MAX_AGE", "REFRESH_TOKEN_LIFETIME", *_own_limits())
        if not fits:
            return not_met(f"{found}. It matters only to a project that claims this level.")
        if settings.SESSION_LIMITS is not None:
            return yours(f"{found}. Show that the limits of SESSION_LIMITS fit too.")
        return met(found)

    return look


def most_sessions() -> Evidence:
    """How many sessions one user may have."""
    found = said("MAX_SESSIONS_PER_USER", "SESSION_LIMITS")
    if get_settings().MAX_SESSIONS_PER_USER is None:
        return yours(f"{found}. Write down that there is no limit, or set one.")
    return met(f"{found}. The oldest ends.")


def issuer() -> Evidence:
    """Whether tokens name who issued them."""
    if get_settings().ISSUER is None:
        return yours(f"{said('ISSUER')}. Show that nobody else signs with this key.")
    return met(said("ISSUER"))


def audience() -> Evidence:
    """Whether tokens name for whom they are."""
    if get_settings().AUDIENCE is None:
        found = said("AUDIENCE")
        return yours(f"{found}. Show that no second service takes these tokens, or set it.")
    return met(said("AUDIENCE"))


def times() -> Evidence:
    """What is allowed for clocks that differ."""
    return met(f"exp is demanded of every token. {said('LEEWAY')}")


def sessions_asked() -> Evidence:
    """Whether the default classes ask for the session at each request."""
    classes: Any = as_tuple(drf_settings.DEFAULT_AUTHENTICATION_CLASSES)
    listed = [cls for cls in classes if isinstance(cls, type)]
    ours = [cls for cls in listed if issubclass(cls, JWTAuthentication)]
    named = ", ".join(cls.__name__ for cls in ours)
    if any(issubclass(cls, JWTStatelessAuthentication) for cls in ours):
        return met(f"Default classes: {named}. {said('REVOCATION_LAG')} is the delay.")
    if ours:
        return met(f"Default classes: {named}: the session is read at each request.")
    return yours("No default class is ours. Show that each view has the mixin or a class of ours.")


def inactive_users() -> Evidence:
    """Whether an inactive user is refused."""
    found = said("CHECK_USER_IS_ACTIVE", "USER_AUTHENTICATION_RULE")
    return met(found) if get_settings().CHECK_USER_IS_ACTIVE else not_met(found)


def personal_claims() -> Evidence:
    """What tokens say about a person."""
    found = said("CLAIMS_SERIALIZER", "USER_ID_FIELD")
    usual = get_settings().CLAIMS_SERIALIZER == KitSettings.CLAIMS_SERIALIZER
    if usual and get_settings().USER_ID_FIELD in {"id", "pk"}:
        return met(found)
    return yours(f"{found}. Show that its claims name nobody in clear.")


def https() -> Evidence:
    """Whether Django insists on HTTPS."""
    redirects = getattr(django_settings, "SECURE_SSL_REDIRECT", False)
    hsts = getattr(django_settings, "SECURE_HSTS_SECONDS", 0)
    found = f"SECURE_SSL_REDIRECT = {redirects}, SECURE_HSTS_SECONDS = {hsts}"
    if redirects and hsts:
        return met(found)
    return yours(f"{found}. Show that a proxy before it speaks HTTPS alone.")


def proxies() -> Evidence:
    """From which header the address of a client is taken."""
    return yours(f"{said('NUM_PROXIES')}. Show that it is the number of your proxies.")


def administration() -> Evidence:
    """How an operator ends sessions."""
    shell = "manage.py jwtkit sessions revoke"
    if apps.is_installed("django.contrib.admin"):
        return met(f"{shell}, and the sessions in Django's admin.")
    return met(shell)


def _own_limits() -> tuple[str, ...]:
    """The setting that may give a login limits of its own, where it is set."""
    return () if get_settings().SESSION_LIMITS is None else ("SESSION_LIMITS",)
