"""Which settings are wrong in themselves? As messages of Django's checks."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from difflib import get_close_matches
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.settings import api_settings as drf_settings

from .documentation import page
from .fields import KIT
from .settings import current_problems, get_settings

WRONG_SETTING = partial(Error, id="drf_jwt_kit.E001")
REST_FRAMEWORK_MISSING = partial(Error, id="drf_jwt_kit.E049")
ALMOST_OURS = partial(Warning, id="drf_jwt_kit.W008")
_ALIKE = 0.75
"""JWT_KIT and DRF_JWT are; SIMPLE_JWT and JWT_AUTH are not."""
NOT_IMPORTABLE = partial(Error, id="drf_jwt_kit.E003")


def check() -> Iterator[CheckMessage]:
    """Errors in the settings, with which nothing else can be checked."""
    for problem in current_problems():
        yield WRONG_SETTING(
            problem,
            hint=f"{page('docs/reference/settings.md')} has every setting, with type and default.",
        )


def loaded(name: str, needed: str) -> Generator[CheckMessage, None, Any]:
    """The object that setting ``name`` names; or None, after a message that asks for ``needed``."""
    try:
        return get_settings().load(name)
    except ImportError as error:
        yield NOT_IMPORTABLE(
            f"{name} cannot be imported: {error}.", hint=f"Give the dotted path of {needed}."
        )
        return None


def check_names() -> Iterator[CheckMessage]:
    """Dicts in the project's settings that were meant for us, by the look of their names."""
    names = [name for name in dir(django_settings) if name.isupper() and name != KIT]
    for name in sorted(get_close_matches(KIT, names, n=len(names), cutoff=_ALIKE)):
        if isinstance(getattr(django_settings, name), dict):
            yield ALMOST_OURS(
                f"{name} is almost the name of our settings, and is not read.",
                hint=f"Rename it to {KIT}.",
            )


def check_apps() -> Iterator[CheckMessage]:
    """The app whose templates REST Framework's pages are made of, where views answer with them."""
    renderers: Any = drf_settings.DEFAULT_RENDERER_CLASSES
    answers_pages = any(issubclass(one, BrowsableAPIRenderer) for one in renderers)
    if answers_pages and not apps.is_installed("rest_framework"):
        yield REST_FRAMEWORK_MISSING(
            "rest_framework is not in INSTALLED_APPS: a view that is opened in a browser fails "
            "with TemplateDoesNotExist, while programs get their JSON.",
            hint='Add this line to your settings: INSTALLED_APPS += ["rest_framework"]',
        )
