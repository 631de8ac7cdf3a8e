"""Which classes of the project's extend one of Simple JWT's, and which do so in vain?"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings as django_settings
from django.utils.module_loading import import_string
from rest_framework.settings import api_settings as drf_settings
from rest_framework_simplejwt import authentication, models, serializers, tokens, views
from rest_framework_simplejwt.settings import DEFAULTS

from .changes import Change, names
from .counterparts import ROOT, counterpart, why_none
from .places import base_of, is_own, path_of, place_of, where_is

_VERBS = ("OBTAIN", "REFRESH", "VERIFY", "BLACKLIST")
_BASES = (
    authentication.JWTAuthentication,
    models.TokenUser,
    serializers.TokenBlacklistSerializer,
    serializers.TokenObtainSerializer,
    serializers.TokenRefreshSerializer,
    serializers.TokenRefreshSlidingSerializer,
    serializers.TokenVerifySerializer,
    tokens.Token,
    views.TokenViewBase,
)
_LOADED = ("AUTH_TOKEN_CLASSES", *(f"TOKEN_{verb}_SERIALIZER" for verb in _VERBS))
"""The settings whose classes are ours. What the others name, nothing loads here."""
_DEFAULTS = 'REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"]'


class Extension(NamedTuple):
    """A class of the project's, and the nearest one above it that is not."""

    cls: type
    base: type

    @property
    def is_moved(self) -> bool:
        """Whether it extends ours already."""
        return any(one.__module__.startswith("drf_jwt_kit.") for one in self.cls.__mro__)

    def line(self) -> str:
        """As it is printed."""
        return f"{path_of(self.cls)} ({where_is(self.cls)}), extends {path_of(self.base)}"

    def has_own(self, *names: str) -> bool:
        """Whether the class itself has one of these methods."""
        return any(name in vars(self.cls) for name in names)

    def mentions(self, word: str) -> bool:
        """Whether the word stands in its source."""
        with suppress(OSError, TypeError):
            return word in inspect.getsource(self.cls)
        return False


def extensions() -> list[Extension]:
    """All that are loaded when the URLs are, and those that settings name."""
    for name in DEFAULTS:
        for path in _paths_in(_simple_jwt().get(name)):
            with suppress(Exception):  # `check` says what is wrong there
                import_string(path)
    found = {cls for base in _BASES for cls in _below(base) if is_own(cls.__module__)}
    pairs = [Extension(cls, base_of(cls)) for cls in found]
    return sorted(pairs, key=lambda one: (place_of(one.cls), path_of(one.cls)))


def changes_of(found: list[Extension], others: list[Change]) -> Iterator[Change]:
    """What to change where no import of Simple JWT's does it: see ``others``."""
    for one in found:
        if not one.is_moved and not names(others, one.base):
            yield _change(place_of(one.cls), one.base)
    for cls in _default_classes():
        is_left = _theirs(cls) and not is_own(cls.__module__) and not names(others, cls)
        if is_left and not Extension(cls, cls).is_moved:
            yield _change((_DEFAULTS, 0), cls)
    for name in _LOADED:
        for path in _paths_in(_simple_jwt().get(name)):
            if path.startswith(f"{ROOT}.") and counterpart(path) is None:
                yield Change(f'SIMPLE_JWT["{name}"]', 0, path, why=why_none(path))


def unreadable_defaults() -> list[str]:
    """What is wrong with the default authentication classes, in a sentence."""
    try:
        drf_settings.DEFAULT_AUTHENTICATION_CLASSES  # noqa: B018  # it imports them
    except ImportError as error:
        return [f"{_DEFAULTS} cannot be imported: {error}"]
    except Exception as error:  # noqa: BLE001  # REST Framework raises whatever its own code does
        kind = type(error).__name__
        return [f"{_DEFAULTS} must be a list of dotted paths: REST Framework refuses it ({kind})."]
    return []


def _change(place: tuple[str, int], base: type) -> Change:
    theirs = _theirs(base)[0]
    new = counterpart(path_of(theirs))
    why = f"It extends {path_of(theirs)}, which knows no session." if base is not theirs else ""
    return Change(*place, path_of(base), () if new is None else (new,), why)


def _theirs(cls: type) -> list[type]:
    """Simple JWT's own classes that ``cls`` is, or extends, the nearest first."""
    return [one for one in cls.__mro__ if one.__module__.startswith(f"{ROOT}.")]


def _default_classes() -> list[type]:
    with suppress(Exception):  # told by the function above
        classes: Any = drf_settings.DEFAULT_AUTHENTICATION_CLASSES
        return [cls for cls in classes if isinstance(cls, type)]
    return []


def _simple_jwt() -> dict[str, Any]:
    chosen = getattr(django_settings, "SIMPLE_JWT", None)
    return chosen if isinstance(chosen, dict) else {}


def _paths_in(value: Any) -> list[str]:
    several = value if isinstance(value, (list, tuple)) else [value]
    return [one for one in several if isinstance(one, str) and "." in one]


def _below(cls: type) -> Iterator[type]:
    below: list[type] = type.__subclasses__(cls)
    for one in below:
        yield one
        yield from _below(one)
