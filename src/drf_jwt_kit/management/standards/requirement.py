"""What is a requirement of a standard, and what may be found about it in a project?

The words are ours; a number leads to those of the standard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """How a project stands to a requirement."""

    MET = "met"
    NOT_MET = "not met"
    YOURS = "yours to show"
    """The package cannot see it, or does not do it."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was found in a project: the value of a setting, a key, an address."""

    status: Status
    found: str


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One requirement. The same text serves the report of a project and the documentation."""

    number: str
    """Of the section in the standard."""
    asks: str
    does: str
    """What this package does about it."""
    tests: tuple[str, ...] = ()
    """Those that show it, as ``path::name``; none where the package does nothing."""
    left: str = ""
    """What is left to the project."""
    look: Callable[[], Evidence]
    """Looks at the project. Writes nothing, and asks no database."""


@dataclass(frozen=True, kw_only=True)
class Standard:
    """A document, and what of it concerns sessions and tokens."""

    name: str
    title: str
    note: str
    requirements: tuple[Requirement, ...]


def met(found: str) -> Evidence:
    """It is met, as ``found`` shows."""
    return Evidence(status=Status.MET, found=found)


def not_met(found: str) -> Evidence:
    """It is not met, as ``found`` shows."""
    return Evidence(status=Status.NOT_MET, found=found)


def yours(found: str) -> Evidence:
    """Nobody but the project can show it; ``found`` is what there is to see."""
    return Evidence(status=Status.YOURS, found=found)


def always(found: str) -> Callable[[], Evidence]:
    """Of what no setting turns off."""
    return lambda: met(f"{found} No setting turns this off.")


def only_you(found: str) -> Callable[[], Evidence]:
    """Of what the package cannot see at all."""
    return lambda: yours(found)
