"""What is said of the attacks at the end of a run? A line for each, also of other processes."""

from __future__ import annotations

from typing import Any

import pytest

NODE = "jwt-attacks"
"""The first part of the id of each."""

_WORDS = {"passed": "holds", "skipped": "skipped", "failed": "BROKEN", "error": "ERROR"}


def tell(reporter: pytest.TerminalReporter) -> None:
    """Write what came of each attack, why it does not apply, and which views were attacked."""
    told = [
        (word, report)
        for outcome, word in _WORDS.items()
        for report in sorted(reporter.stats.get(outcome, []), key=_name)
        if getattr(report, "nodeid", "").startswith(f"{NODE}::")
    ]
    attacked = {path for _, report in told for path in dict(report.user_properties).get(NODE, ())}
    if told:
        reporter.section("attacks on this project")
        reporter.line(f"Closed views that were attacked: {', '.join(sorted(attacked)) or 'none'}")
    for word, report in told:
        reporter.line(f"{word:8} {_name(report)}{_why(report)}")


def _name(report: Any) -> str:
    """What is said of the project; of a report of something else, anything."""
    return str(getattr(report, "nodeid", "")).partition("::")[2]


def _why(report: Any) -> str:
    if report.passed:
        return ""
    if report.skipped:
        return f": {report.longrepr[2].removeprefix('Skipped: ')}"
    return f": {report.longreprtext.splitlines()[-1]}"
