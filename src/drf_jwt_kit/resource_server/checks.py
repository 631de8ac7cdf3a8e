"""What is wrong with a resource server at start-up?"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from rest_framework.settings import api_settings as drf_settings

from drf_jwt_kit.conf import current_problems, get_settings
from drf_jwt_kit.conf.documentation import page
from drf_jwt_kit.transports.checks import check_page_cache

from .settings import problems

WRONG_RESOURCE_SERVER = "drf_jwt_kit.E040"
ANONYMOUS_USER_NEEDS_USERS = "drf_jwt_kit.E041"

_NO_USERS = (
    "django.contrib.auth is not installed, but REST Framework gives its AnonymousUser to requests "
    "without a token, so they fail."
)
_CURE = 'Write into the dict REST_FRAMEWORK of the settings: "UNAUTHENTICATED_USER": None'


def check(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """The messages of ``manage.py check`` about a resource server."""
    hint = f"{page('docs/reference/settings.md')} has every key of it, with type and default."
    wrong = list(current_problems()) or list(problems(get_settings().RESOURCE_SERVER))
    said: list[CheckMessage] = [
        Error(problem, hint=hint, id=WRONG_RESOURCE_SERVER) for problem in wrong
    ]
    if _needs_users():
        said.append(Error(_NO_USERS, hint=_CURE, id=ANONYMOUS_USER_NEEDS_USERS))
    if not apps.is_installed("drf_jwt_kit"):  # whose own checks say so
        said += check_page_cache()
    return said


def require_unauthenticated_user_none() -> None:
    """Raise ImproperlyConfigured, with the cure, if REST Framework would need users."""
    if _needs_users():
        raise ImproperlyConfigured(f"{_NO_USERS} {_CURE}")


def _needs_users() -> bool:
    # Asking drf_settings.UNAUTHENTICATED_USER would import the very class that is missing.
    anonymous = drf_settings.user_settings.get(
        "UNAUTHENTICATED_USER", "django.contrib.auth.models.AnonymousUser"
    )
    from_django = isinstance(anonymous, str) and anonymous.startswith("django.contrib.auth.")
    return from_django and not apps.is_installed("django.contrib.auth")
