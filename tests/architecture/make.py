"""The targets of the Makefile, and the commands in a text that call them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def targets() -> set[str]:
    """What can stand after ``make``."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, flags=re.MULTILINE))


def words_after_make(command: str) -> list[str]:
    """The targets that ``command`` names: its words after ``make``, without ``NAME=value``."""
    called = re.match(r"make((?: +[a-z][a-z-]*| +[A-Z]+=(?:\"[^\"]*\"|\S*))+)", command)
    without_values = re.sub(r"[A-Z]+=(?:\"[^\"]*\"|\S*)", "", called[1] if called else "")
    return without_values.split()
