"""Which ``iss`` and ``aud`` do tokens have now? ISSUER and AUDIENCE may be functions."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutine
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from . import fields
from .asking import asking
from .settings import get_settings


def issuer() -> str | None:
    """The issuer of tokens that are made or read now. Raises ImproperlyConfigured."""
    value: Any = get_settings().ISSUER
    if callable(value):
        value = _answer(value, "ISSUER", fields.is_text, "a string that is not empty")
    return value  # type: ignore[no-any-return]


def audience() -> str | tuple[str, ...] | None:
    """The audience of the same tokens. Raises ImproperlyConfigured."""
    value: Any = get_settings().AUDIENCE
    if callable(value):
        accepted = "a string that is not empty, a list of such strings"
        value = _answer(value, "AUDIENCE", fields.is_text_or_texts, accepted)
    return value  # type: ignore[no-any-return]


def _answer(
    value: Callable[[Any], Any], name: str, valid: Callable[[object], bool], accepted: str
) -> Any:
    answer = value(asking())
    if answer is None or valid(answer):
        return fields.text_or_tuple(answer)
    if iscoroutine(answer):
        answer.close()  # or Python warns that nobody awaited it
    function = getattr(value, "__qualname__", type(value).__qualname__)
    raise ImproperlyConfigured(
        f"{name} is the function {function}, which returned {type(answer).__name__} for "
        f"{'no request' if asking() is None else 'a request'}. It gets a request, or None where "
        f"tokens are made or read outside of one; let it return {accepted}, or None."
    )
