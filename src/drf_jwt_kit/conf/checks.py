"""Which settings are wrong in themselves? As messages of Django's checks."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

from django.core.checks import CheckMessage, Error

from .settings import current_problems, get_settings

WRONG_SETTING = partial(Error, id="drf_jwt_kit.E001")
NOT_IMPORTABLE = partial(Error, id="drf_jwt_kit.E003")


def check() -> Iterator[CheckMessage]:
    """Errors in the settings, with which nothing else can be checked."""
    for problem in current_problems():
        yield WRONG_SETTING(
            problem,
            hint="drf_jwt_kit/conf/settings.py has every setting with its type and default.",
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
