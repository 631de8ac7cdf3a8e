"""What kinds of settings are there, and what does each take?"""

from __future__ import annotations

import os
import re
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

KIT, SIMPLE_JWT = "DRF_JWT_KIT", "SIMPLE_JWT"
MINUTE = timedelta(minutes=1)
SameSite: TypeAlias = Literal["Strict", "Lax", "None"]
COOKIE_PREFIXES = ("__host-", "__secure-")
"""In any case, browsers demand more of a cookie so named. Source: RFC 6265bis section 4.1.3."""
_COOKIE_NAME = r"[A-Za-z0-9_.-]{1,128}"
_COOKIE_DOMAIN = r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"
LONGEST_LAG = timedelta(seconds=5)
"""Half of the time for which stateless requests go on without an answer of the database."""


def setting(
    default: Any,
    doc: str,
    accepts: str,
    valid: Callable[[Any], bool],
    *,
    sources: tuple[str, ...] = (KIT, SIMPLE_JWT),
    convert: Callable[[Any], Any] = lambda value: value,
) -> Any:
    """A field of KitSettings.

    ``accepts`` says in words what ``valid`` tests, ``sources`` in which dicts the setting may
    stand, and ``convert`` makes one type of the several that Simple JWT takes.
    """
    metadata = {
        "doc": doc,
        "accepts": accepts,
        "valid": valid,
        "sources": sources,
        "convert": convert,
    }
    return field(default=default, metadata=metadata)


def duration(default: timedelta, doc: str, **more: Any) -> Any:
    """A length of time."""

    def is_positive(value: object) -> bool:
        return isinstance(value, timedelta) and value > timedelta(0)

    return setting(default, doc, "a timedelta longer than zero", is_positive, **more)


def flag(default: bool, doc: str, **more: Any) -> Any:
    """Yes or no."""
    return setting(default, doc, "True or False", lambda value: isinstance(value, bool), **more)


def text(default: str, doc: str, **more: Any) -> Any:
    """A name."""
    return setting(default, doc, "a string that is not empty", is_text, **more)


def optional_text(default: str | None, doc: str, **more: Any) -> Any:
    """A name, or None."""

    def is_text_or_none(value: object) -> bool:
        return value is None or is_text(value)

    return setting(default, doc, "a string that is not empty, or None", is_text_or_none, **more)


def dotted_path(default: str, doc: str, **more: Any) -> Any:
    """A class or a function, by its path or itself."""

    def is_path_or_object(value: object) -> bool:
        return (isinstance(value, str) and "." in value) or callable(value)

    accepts = "a dotted path such as 'shop.claims.ShopClaims'"
    return setting(default, doc, accepts, is_path_or_object, **more)


def optional_dotted_path(doc: str, example: str, **more: Any) -> Any:
    """A function, by its path or itself, or None."""

    def is_path_or_none(value: object) -> bool:
        return value is None or (isinstance(value, str) and "." in value) or callable(value)

    return setting(
        None, doc, f"a dotted path such as {example!r}, or None", is_path_or_none, **more
    )


def whole_number(default: int | None, doc: str, *, least: int, **more: Any) -> Any:
    """A count that is not less than ``least``; or None, where that is the default."""
    may_be_none = default is None

    def is_count(value: object) -> bool:
        if value is None:
            return may_be_none
        return isinstance(value, int) and not isinstance(value, bool) and value >= least

    accepts = f"a whole number from {least} on" + (", or None" if may_be_none else "")
    return setting(default, doc, accepts, is_count, **more)


def cookie_name(default: str, doc: str) -> Any:
    """The name of a cookie."""

    def is_token(value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(_COOKIE_NAME, value) is not None

    accepts = "a name of at most 128 letters, digits, '-', '_' and '.'"
    return setting(default, doc, accepts, is_token, sources=(KIT,))


def cookie_domain(doc: str) -> Any:
    """The domain of a cookie, or None. Browsers drop one with anything else in it."""

    def is_domain_or_none(value: object) -> bool:
        if value is None:
            return True
        return isinstance(value, str) and re.fullmatch(_COOKIE_DOMAIN, value) is not None

    accepts = "a domain such as 'example.com', without scheme and port, or None"
    return setting(None, doc, accepts, is_domain_or_none, sources=(KIT,))


def samesite(default: str, doc: str) -> Any:
    """How far a cookie goes. Source: RFC 6265bis section 4.1.2.7."""
    accepts = "'Strict', 'Lax' or 'None'"
    return setting(
        default, doc, accepts, lambda value: value in ("Strict", "Lax", "None"), sources=(KIT,)
    )


def is_text(value: object) -> bool:
    """Whether ``value`` is a string with something in it."""
    return isinstance(value, str) and bool(value)


def is_texts(value: object) -> bool:
    """Whether ``value`` is a list or tuple of such strings."""
    return isinstance(value, (list, tuple)) and bool(value) and all(map(is_text, value))


def is_short_leeway(value: object) -> bool:
    """Whether ``value`` is None, seconds or a timedelta, from none to a minute."""
    if isinstance(value, timedelta):
        return timedelta(0) <= value <= MINUTE
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return 0 <= value <= MINUTE.total_seconds()
    return value is None


def is_aware_or_none(value: object) -> bool:
    """Whether ``value`` is None, or a moment that says its time zone."""
    return value is None or (isinstance(value, datetime) and value.utcoffset() is not None)


def is_key_sources(value: object) -> bool:
    """Whether ``value`` has the outline of ``KEYS``; what is in it, ``keys.given`` says."""
    sources = value if isinstance(value, (list, tuple)) else [value]
    kinds = (str, dict, os.PathLike)
    return value is None or (
        bool(sources)
        and all(
            bool(source) and (isinstance(source, kinds) or callable(source)) for source in sources
        )
    )


def as_timedelta(value: float | timedelta | None) -> timedelta:
    """Seconds, or none, as a timedelta."""
    return value if isinstance(value, timedelta) else timedelta(seconds=value or 0)


def as_tuple(value: Any) -> tuple[Any, ...]:
    """One value or several, as a tuple."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)
