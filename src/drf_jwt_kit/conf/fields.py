"""Which types of settings exist, and which values does each accept?"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from .paths import public_path

KIT, SIMPLE_JWT = "DRF_JWT_KIT", "SIMPLE_JWT"
SameSite: TypeAlias = Literal["Strict", "Lax", "None"]
COOKIE_PREFIXES = ("__host-", "__secure-")
"""In upper or lower case. Browsers check cookies with them. Source: RFC 6265bis section 4.1.3."""


def setting(
    default: Any,
    accepts: str,
    valid: Callable[[Any], bool],
    *,
    sources: tuple[str, ...] = (KIT, SIMPLE_JWT),
    convert: Callable[[Any], Any] = lambda value: value,
    none_is_default: bool = False,
    secret: bool = False,
    at_least: tuple[str, str] | None = None,
    grows: bool = False,
) -> Any:
    """A field of a dataclass of settings; the docstring below the field explains the setting.

    ``accepts`` describes what ``valid`` tests, ``sources`` are the dicts that may have the
    setting, and ``convert`` makes one type of the several that Simple JWT accepts. A ``secret``
    value is never shown. ``at_least`` names a setting that must not be longer than this one, and
    what would happen otherwise. The default of a setting that ``grows`` is at least that setting.
    A setting whose default is None may be set to None. With ``none_is_default``, any setting may,
    and None means the default.
    """
    or_none = none_is_default or default is None
    metadata = {
        "accepts": f"{accepts}, or None" if or_none else accepts,
        "valid": lambda value: (or_none and value is None) or valid(value),
        "sources": sources,
        "convert": lambda value: default if or_none and value is None else convert(value),
        "secret": secret,
        "at_least": at_least,
        "grows": grows,
    }
    return field(default=default, metadata=metadata)


def duration(default: timedelta | None, **more: Any) -> Any:
    """A length of time."""

    def is_positive(value: object) -> bool:
        return isinstance(value, timedelta) and value > timedelta(0)

    return setting(default, "a timedelta longer than zero", is_positive, **more)


def short_duration(default: timedelta, *, most: int) -> Any:
    """A length of time that may be zero, up to ``most`` seconds."""

    def is_short(value: object) -> bool:
        return isinstance(value, timedelta) and 0 <= value.total_seconds() <= most

    return setting(default, f"a timedelta from 0 to {most} seconds", is_short, sources=(KIT,))


def moment() -> Any:
    """A time with a time zone, or None."""

    def is_aware(value: object) -> bool:
        return isinstance(value, datetime) and value.utcoffset() is not None

    return setting(None, "an aware datetime", is_aware, sources=(KIT,))


def flag(default: bool, **more: Any) -> Any:
    """Yes or no."""
    return setting(default, "True or False", lambda value: isinstance(value, bool), **more)


def text(default: Any, **more: Any) -> Any:
    """A name."""
    return setting(default, "a string that is not empty", is_text, **more)


def of_request(accepts: str, valid: Callable[[Any], bool]) -> Any:
    """A value, or a function of the request that answers one; or None.

    Never its dotted path: an issuer or an audience may look like one.
    """

    def is_value_or_function(value: object) -> bool:
        return valid(value) or callable(value)

    accepts = f"{accepts}, or a function of the request"
    return setting(None, accepts, is_value_or_function, convert=text_or_tuple)


def key_text(accepts: str, *, least: int) -> Any:
    """A key of Simple JWT's with at least ``least`` characters, or None."""

    def is_key_text(value: object) -> bool:
        return isinstance(value, (str, bytes)) and len(value) >= least

    return setting(None, accepts, is_key_text, sources=(SIMPLE_JWT,), secret=True)


def dotted_path(default: Any, *, example: str = "shop.claims.ShopClaims", **more: Any) -> Any:
    """A class or a function, or its dotted path."""
    accepts = f"a dotted path such as {example!r}"
    return setting(default, accepts, is_path, convert=public_path, **more)


def serializer(name: str) -> Any:
    """One of our serializers, or a subclass."""
    return dotted_path(f"drf_jwt_kit.serializers.{name}")


def whole_number(default: int | None, *, least: int) -> Any:
    """A count that is not less than ``least``."""

    def is_count(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= least

    return setting(default, f"a whole number from {least} on", is_count, sources=(KIT,))


def cookie_name(default: str) -> Any:
    """The name of a cookie."""
    accepts = "a name of at most 128 letters, digits, '-', '_' and '.'"
    return setting(default, accepts, _matches(r"[A-Za-z0-9_.-]{1,128}"), sources=(KIT,))


def cookie_domain() -> Any:
    """The domain of a cookie, or None. Browsers drop a cookie with another text there."""
    accepts = "a domain such as 'example.com', without scheme and port"
    names = _matches(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
    return setting(None, accepts, names, sources=(KIT,))


def samesite(default: str) -> Any:
    """The SameSite attribute of a cookie. Source: RFC 6265bis section 4.1.2.7."""
    words = _matches("Strict|Lax|None")
    return setting(default, "'Strict', 'Lax' or 'None'", words, sources=(KIT,))


def is_text(value: object) -> bool:
    """Whether ``value`` is a string that is not empty."""
    return isinstance(value, str) and bool(value)


def is_path(value: object) -> bool:
    """Whether ``value`` may be a dotted path, or is a class or a function itself."""
    return (isinstance(value, str) and "." in value) or callable(value)


def is_list_of(valid: Callable[[object], bool], value: object) -> bool:
    """Whether ``value`` is a list or tuple that is not empty and has only valid values."""
    return isinstance(value, (list, tuple)) and bool(value) and all(map(valid, value))


def is_texts(value: object) -> bool:
    """Whether ``value`` is a list or tuple of strings that are not empty."""
    return is_list_of(is_text, value)


def is_text_or_texts(value: object) -> bool:
    """Whether ``value`` is a string that is not empty, or a list or tuple of such strings."""
    return is_text(value) or is_texts(value)


def is_word(value: object) -> bool:
    """Whether ``value`` is one word."""
    return isinstance(value, str) and value.split() == [value]


def is_words(value: object) -> bool:
    """Whether ``value`` is such a string, or a list or tuple of them, and none has a space."""
    return is_texts(as_tuple(value)) and not any(" " in word for word in as_tuple(value))


def is_short_leeway(value: object) -> bool:
    """Whether ``value`` is seconds or a timedelta, from 0 to 60 seconds."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 60  # noqa: PLR2004


def is_key_sources(value: object) -> bool:
    """Whether ``value`` has the form of ``KEYS``. ``keys`` checks the sources themselves."""
    sources = as_tuple(value)
    return bool(sources) and all(
        bool(source) and (isinstance(source, (str, dict, os.PathLike)) or callable(source))
        for source in sources
    )


def as_timedelta(value: float | timedelta) -> timedelta:
    """Seconds as a timedelta."""
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


def as_tuple(value: Any) -> tuple[Any, ...]:
    """One value or several, as a tuple."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def text_or_tuple(value: Any) -> Any:
    """A list as a tuple, and any other value unchanged."""
    return tuple(value) if isinstance(value, list) else value


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None
