"""A plugin of pytest's for `make mutants`: a mutant is asked by the quickest tests first.

mutmut hands its tests over in no order, and ends a mutant with the first test that fails.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

STATS = Path("mutmut-stats.json")
"""What mutmut has measured, in the folder where it runs the tests."""


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Sort the tests by what they have taken, once that is known."""
    if STATS.exists():
        seconds = json.loads(STATS.read_text(encoding="utf-8"))["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0))
