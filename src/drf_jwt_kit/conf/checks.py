"""What is wrong with the settings themselves, as Django's checks say it?"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

from django.core.checks import CheckMessage, Error

from .settings import current_problems, get_settings

WRONG_SETTING = partial(Error, id="drf_jwt_kit.E001")
NOT_IMPORTABLE = partial(Error, id="drf_jwt_kit.E003")


def check() -> Iterator[CheckMessage]:
    """What no capability can work with."""
    for problem in current_problems():
        yield WRONG_SETTING(
            problem,
            hint="drf_jwt_kit/conf/settings.py has every setting with its type and default.",
        )


def loaded(name: str, needed: str) -> Generator[CheckMessage, None, Any]:
    """Return what setting ``name`` leads to; or None, after a message that asks for ``needed``."""
    try:
        return get_settings().load(name)
    except ImportError as error:
        yield NOT_IMPORTABLE(
            f"{name} cannot be imported: {error}.", hint=f"Give the dotted path of {needed}."
        )
        return None
