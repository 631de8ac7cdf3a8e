"""What was found about each requirement of each standard?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from drf_jwt_kit.management.standards import STANDARDS, Evidence, Requirement, Standard, Status


@dataclass(frozen=True, kw_only=True)
class Found:
    """A standard, and each of its requirements with the evidence."""

    standard: Standard
    rows: tuple[tuple[Requirement, Evidence], ...]

    @property
    def counts(self) -> dict[Status, int]:
        """How many requirements have each status."""
        counted = Counter(evidence.status for _, evidence in self.rows)
        return {status: counted[status] for status in Status}


def looked_at() -> list[Found]:
    """Every standard, in the order of the documentation. Raises ImproperlyConfigured."""
    return [
        Found(standard=one, rows=tuple((asked, asked.look()) for asked in one.requirements))
        for one in STANDARDS
    ]
