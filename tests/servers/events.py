"""What the workers of a site logged, as ``event=… key=value`` lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PAIR = re.compile(r"(\w+)=('[^']*'|\"[^\"]*\"|\S+)")


def read_events(log: Path, **facts: object) -> list[dict[str, str]]:
    """The lines of ``log`` that say all of ``facts``, oldest first."""
    wanted = {(name, str(value)) for name, value in facts.items()}
    lines = log.read_text(errors="replace").splitlines()
    events = [dict(_PAIR.findall(line)) for line in lines if "event=" in line]
    return [event for event in events if wanted <= event.items()]
