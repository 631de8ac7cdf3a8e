"""What may a look at one area of a project find, and what follows from all of it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How an area is, from the best to the worst."""

    FINE = "fine"
    UNWISE = "unwise"
    UNKNOWN = "not known"
    """Nobody could look."""
    WRONG = "wrong"


_ORDER = [*Verdict]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was found, in a sentence; ``hint`` is the cure, ``code`` that of a check."""

    area: str
    verdict: Verdict
    text: str
    hint: str = ""
    code: str = ""


def says_more(alias: str) -> str:
    """What to do to read what a driver says; here it is not shown, because it may hold a secret."""
    return f"python manage.py showmigrations --database {alias} shows what the driver says."


def worst(findings: Iterable[Finding]) -> Verdict:
    """The verdict of several findings; none at all are fine."""
    found = [finding.verdict for finding in findings]
    return max(found, key=_ORDER.index, default=Verdict.FINE)


def exit_status(verdict: Verdict, *, strict: bool) -> int:
    """0 if nothing is wrong, 1 if something is, 2 if something could not be looked at.

    If ``strict``, what is unwise counts as wrong.
    """
    if verdict is Verdict.UNKNOWN:
        return 2
    return int(verdict is Verdict.WRONG or (strict and verdict is Verdict.UNWISE))
