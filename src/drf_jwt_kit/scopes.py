"""Which words are in a scope, which are within another one, and which does a view require?

Decides nothing. Source: RFC 6749 section 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Required: TypeAlias = "Sequence[str] | Mapping[str, Sequence[str]]"
"""The scopes that a view requires: the same for all methods, or by method."""

_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")


def scopes_in(claim: object) -> frozenset[str]:
    """The scopes in a claim's value: words, or a list of them.

    Entries of a list that are not exactly one word are ignored.
    """
    return frozenset(_words(claim))


def text_of(claim: object) -> str:
    """The same scopes as a space-separated list, in their order."""
    return " ".join(_words(claim))


def within(scope: str, bound: str) -> str:
    """The words of ``scope`` that are also in ``bound``."""
    allowed = scopes_in(bound)
    return " ".join(word for word in scope.split() if word in allowed)


def required_by(required: Required, method: str | None) -> Sequence[str] | None:
    """What a view requires of a request; None if it names others, and not this method.

    HEAD is asked what GET is, unless it is named, and OPTIONS nothing.
    """
    if not isinstance(required, Mapping):
        return required
    usual = {"HEAD": required.get("GET"), "OPTIONS": ()}
    return required.get(str(method), usual.get(str(method)))


def mistake_in(required: object) -> str:
    """What is wrong with the ``required_scopes`` of a view, and what to write; empty if nothing."""
    if isinstance(required, str):
        return f" is a string. Write it as a list: {required.split()!r}"
    if not isinstance(required, Mapping):
        return _mistake_in_words(required)
    for method, words in required.items():
        if method not in _METHODS:
            return f" names {method!r}, which is no method. Write one of {', '.join(_METHODS)}."
        if isinstance(words, str):
            return f"[{method!r}] is a string. Write it as a list: {words.split()!r}"
        if mistake := _mistake_in_words(words):
            return f"[{method!r}]{mistake}"
    return ""


def _mistake_in_words(required: object) -> str:
    words = [*required] if isinstance(required, (list, tuple, set, frozenset)) else [None]
    if words == _words(words):
        return ""
    return ' is not a list of words. Write ["orders:read"], or {"GET": ["orders:read"]}.'


def _words(claim: object) -> list[str]:
    words = claim.split() if isinstance(claim, str) else claim
    if not isinstance(words, (list, tuple)):
        return []
    return [word for word in words if isinstance(word, str) and word.split() == [word]]
