"""What is a change that a project has to make? A place, what stands there, and what should."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Change(NamedTuple):
    """One change. ``old`` is empty where something is added, and ``new`` where nothing replaces it.

    They hold names of classes and modules only, and no line of a file as it is: a key may stand
    in one.
    """

    place: str
    line: int
    old: str
    new: tuple[str, ...] = ()
    why: str = ""

    def lines(self) -> list[str]:
        """As it is printed."""
        where = f"{self.place}:{self.line}" if self.line else self.place
        minus = [f"  - {self.old}"] if self.old else []
        why = [f"    {self.why}"] if self.why else []
        return [where, *minus, *(f"  + {line}" for line in self.new), *why]


def names(changes: Iterable[Change], cls: type) -> bool:
    """Whether one of ``changes`` takes ``cls``, or its module, out of a file."""
    words = re.compile(rf"\b({cls.__module__.rpartition('.')[2]}|{cls.__name__})\b")
    return any(words.search(one.old) for one in changes)
