"""Which words are in a scope, and which of them are within another one? Decides nothing.

Source: RFC 6749 section 3.3.
"""

from __future__ import annotations


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


def _words(claim: object) -> list[str]:
    words = claim.split() if isinstance(claim, str) else claim
    if not isinstance(words, (list, tuple)):
        return []
    return [word for word in words if isinstance(word, str) and word.split() == [word]]
