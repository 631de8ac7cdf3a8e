"""Quick runs of the benchmark, as `make bench` starts it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.child import ROOT, environment


class Run:
    """What a run answered: its exit status, what it printed, and its figures."""

    def __init__(self, folder, *options):
        self.file = folder / "figures.json"
        command = ["-m", "benchmarks.compare", "--quick", "--json", str(self.file), *options]
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        self.status, self.printed, self.complaint = done.returncode, done.stdout, done.stderr

    @property
    def figures(self):
        assert self.file.exists(), self.complaint
        return json.loads(self.file.read_text(encoding="utf-8"))

    def counts(self, measure, side):
        """Statements, and commits, of one operation of the first process."""
        found = self.figures["runs"][0]["measures"][measure][side]
        return found["queries"], found["commits"]


@pytest.fixture(scope="module")
def run_benchmark(tmp_path_factory):
    return lambda *options: Run(tmp_path_factory.mktemp("run"), *options)


def figures_of(**medians):
    """Figures of one process, for whoever only reads them: ``measure={side: microseconds}``."""
    measures = {
        measure: {
            side: {"median_us": one, "quartiles_us": [one, one], "queries": 1, "commits": 0}
            for side, one in sides.items()
        }
        for measure, sides in medians.items()
    }
    run = {"database": "sqlite", "algorithm": "HS256", "measures": measures, "rows": {}}
    return {"about": {}, "runs": [run]}
