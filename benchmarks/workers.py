"""The processes that measure, and one round after the other in each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .timing import Series

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[1]


def environment(told: dict[str, Any], *, source: Path | None = None) -> dict[str, str]:
    """Of a process with these settings, which imports the package from ``source``, if given."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "BENCHMARK_SETTINGS": json.dumps(told),
        "PYTHONHASHSEED": "0",  # a chance less that tells two processes apart
    }
    return {**variables, "PYTHONPATH": str(source)} if source is not None else variables


@dataclass
class Worker:
    """A process for one database and one algorithm. Close it."""

    told: dict[str, Any]
    words: list[str]
    source: Path | None = None
    series: dict[str, dict[str, Series]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Series))
    )
    """By measure and side."""

    def start(self) -> None:
        """Run it until it is warm. RuntimeError if it ends instead."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", *self.words],
            cwd=ROOT,
            env=environment(self.told, source=self.source),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.facts = self._heard()

    def measure(self) -> None:
        """One more round."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        for measure, sides in self._heard().items():
            for side, seconds in sides.items():
                self.series[measure][side].whole.append(seconds)

    def measures(self) -> dict[str, dict[str, Any]]:
        """What was found, for a file: time beside counts."""
        return {
            measure: {
                side: {**self.series[measure][side].as_data(), **counts}
                for side, counts in sides.items()
            }
            for measure, sides in self.facts["counts"].items()
        }

    def close(self) -> None:
        """End it. Does nothing to one that has not begun."""
        if hasattr(self, "_process"):
            self._process.kill()
            self._process.communicate()

    def _heard(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The process that measures has ended; what it said is above.")
        heard: dict[str, Any] = json.loads(line)
        return heard


def take_turns(workers: Iterable[Worker], rounds: int) -> None:
    """As many rounds in each, one after the other, each of them first in turn."""
    turns = list(workers)
    for _ in range(rounds):
        for worker in turns:
            worker.measure()
        turns.reverse()
