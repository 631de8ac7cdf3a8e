"""What may a message show of a value that may be a secret in the wrong place?

Names, paths, addresses, numbers and times. Of anything else a message tells the type and the
length: a secret is looked for by its form, because it may stand where any setting belongs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import PurePath
from types import FunctionType
from typing import Any

_SHORT = 15
"""Characters of a text that needs no structure. No key that may sign is as short."""
_MOST_ITEMS, _MOST = 10, 10**12
_LONGEST_WORD = 20
_LEAST_MEAN = 2.5
"""Letters of a word in a name, on average. In text that is made by chance, they are about two."""

# Without '@', '?' and '=', which stand beside a password in an address.
_PLAIN = re.compile(r"[\w\s.:/\\#%*\[\]\0-\x1f\u2028-\u202e-]*", re.ASCII)
_STRUCTURE = re.compile(r"[./\\]|^[A-Z0-9]+(_[A-Z0-9]+)+$")
_PART = re.compile(r"[A-Za-z0-9]+")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SMALL = re.compile(r"\w{1,6}|\d{1,10}", re.ASCII)
_WORDS = re.compile(r"[A-Za-z]+\d{0,4}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]{5,15}(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def shown(value: Any, form: Callable[[Any], str] = repr) -> str:
    """``value`` in a message: in that ``form`` if it is harmless, or else its type and length."""
    if is_harmless(value):
        return form(value)
    sized = isinstance(value, (str, bytes, list, tuple, dict, set))
    length = f" of length {len(value)}" if sized else ""
    return f"(not shown: {type(value).__name__}{length})"


def is_harmless(value: object) -> bool:
    """Whether ``value`` has a form that no secret has, or is the path of something that exists."""
    if isinstance(value, (list, tuple)):
        return len(value) <= _MOST_ITEMS and all(map(_is_harmless_item, value))
    return _is_harmless_item(value)


def is_wordlike(text: str) -> bool:
    """Whether ``text`` is short, a time, or a dotted name, a path, an address or the name of a
    variable, made of words. Looks at no file."""
    if _TIME.fullmatch(text):
        return True
    if not _PLAIN.fullmatch(text) or not all(map(_is_wordlike_part, _PART.findall(text))):
        return False
    return len(text) <= _SHORT or (bool(_STRUCTURE.search(text)) and _mean(text) >= _LEAST_MEAN)


def _is_harmless_item(value: object) -> bool:
    if isinstance(value, int):
        return -_MOST < value < _MOST
    if type(value) is str or isinstance(value, PurePath):
        return _is_harmless_text(str(value))
    if isinstance(value, (dict, set, bytes, list, tuple)):
        return not value
    # A partial or a bound method would show what it holds.
    kinds = (float, date, timedelta, type, FunctionType)
    return value is None or isinstance(value, kinds)


def _is_harmless_text(text: str) -> bool:
    """Whether the whole text is wordlike, or what comes after a path that exists."""
    if is_wordlike(text):
        return True
    path, rest = text, ""
    while not os.path.exists(path):
        path, name = os.path.split(path.rstrip("/" + os.sep))
        if not path or not name:
            return False
        rest = os.path.join(name, rest)
    return not rest or is_wordlike(f"./{rest}")


def _is_wordlike_part(part: str) -> bool:
    if _SMALL.fullmatch(part):
        return True
    words = _WORD.findall(part)
    are_words = _WORDS.fullmatch(part) and max(map(len, words)) <= _LONGEST_WORD
    return bool(are_words) and _mean(part) >= _LEAST_MEAN


def _mean(text: str) -> float:
    """The letters of a word, on average."""
    words = _WORD.findall(text)
    return sum(map(len, words)) / max(len(words), 1)
