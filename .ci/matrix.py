"""Run the rows of tox.ini and say of each whether it ran, failed, or was skipped and why.

tox on its own calls a run a success when every interpreter is missing. Here a skipped row is
never a passed one, and a run without any passed row fails. Where CI=true no row may be skipped,
each supported Python must have passed unless rows were chosen, and what the rows reach is measured.
One Python is asked for only where it is: WHEREVER_IT_IS in interpreters.py.
Arguments go to tox and choose rows: ``-e py312-dj61-drf318``, ``-m full``.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interpreters import SUPPORTED, WHEREVER_IT_IS, find, pyenv_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TOX = [sys.executable, "-m", "tox"]
REPORT = ROOT / ".tox" / "matrix.json"
IN_CI = os.environ.get("CI") == "true"
PASSED, FAILED, SKIPPED = "passed", "FAILED", "skipped"


def main(arguments: list[str]) -> int:
    """Run tox with ``arguments`` and report; 0 only if what ran passed and enough of it ran."""
    environment = surroundings()
    pythons = [version for version in SUPPORTED if version != WHEREVER_IT_IS or find(version)]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    done = subprocess.run(
        [
            *TOX,
            "run-parallel",
            "--parallel=2",
            "--skip-missing-interpreters=true",
            f"--result-json={REPORT}",
            *rows_left_out(pythons, arguments),
            *arguments,
        ],
        cwd=ROOT,
        env=environment,
        check=False,
    )
    if not REPORT.exists():
        print("tox stopped before any row; it says why above.", file=sys.stderr)
        return done.returncode or 1
    rows = {
        name: row
        for name, row in json.loads(REPORT.read_text(encoding="utf-8"))["testenvs"].items()
        if "result" in row
    }
    return report(
        rows,
        wanted_pythons(sorted(rows), environment),
        required=set() if arguments or not IN_CI else as_numbers(pythons),
        tox_code=done.returncode,
    )


def rows_left_out(pythons: list[str], arguments: list[str]) -> list[str]:
    """What tells tox to leave out the row of a Python that nobody has to have; chosen rows stay."""
    missing = [version for version in SUPPORTED if version not in pythons]
    if arguments or not missing:
        return []
    print(f"No Python {', '.join(missing)} is here: its row is left out.")
    return [f"--skip-env=^py{version.replace('.', '')}-" for version in missing]


def as_numbers(pythons: list[str]) -> set[tuple[int, ...]]:
    """Versions as `sys.version_info` begins."""
    return {tuple(map(int, version.split("."))) for version in pythons}


def surroundings() -> dict[str, str]:
    """This environment, with interpreters that run ahead of names that only look like them."""
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join([*pyenv_folders(), environment["PATH"]])
    environment["VIRTUALENV_NO_PERIODIC_UPDATE"] = "1"  # asks the network and changes nothing here
    if IN_CI:
        environment["MEASURED"] = "-m coverage run"
    return environment


def wanted_pythons(names: list[str], environment: dict[str, str]) -> dict[str, str]:
    """The interpreter each row asks for, to name it where it is missing."""
    if not names:
        return {}
    done = subprocess.run(
        [*TOX, "config", "-e", ",".join(names), "-k", "base_python"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    config = configparser.ConfigParser()
    config.read_string(done.stdout)
    found = {}
    for name in names:
        python = config[f"testenv:{name}"]["base_python"].strip()
        found[name] = re.sub(r"^py(\d)(\d+)$", r"python\1.\2", python)
    return found


def report(
    rows: dict[str, dict[str, Any]],
    pythons: dict[str, str],
    *,
    required: set[tuple[int, ...]],
    tox_code: int,
) -> int:
    """Print one line a row and the verdict."""
    outcomes = {name: judge(row, pythons[name]) for name, row in rows.items()}
    print("\nMatrix:")
    for name, (outcome, text) in outcomes.items():
        print(f"  {outcome:8} {name:20} {text}")

    counts = [outcome for outcome, _ in outcomes.values()]
    summary = ", ".join(f"{counts.count(word)} {word}" for word in (PASSED, FAILED, SKIPPED))
    passed = [rows[name] for name, (outcome, _) in outcomes.items() if outcome == PASSED]
    problems = [*wrong_outcomes(counts), *missing_pythons(passed, required)]
    if tox_code != 0 and not problems:
        problems.append("tox says that it failed, above")
    print(f"Matrix: {summary}" + "".join(f"; {problem}" for problem in problems) + ".")
    return 1 if problems else 0


def wrong_outcomes(counts: list[str]) -> Iterator[str]:
    """What the outcomes alone say against this run."""
    if FAILED in counts:
        yield "a row failed; its output is above"
    if PASSED not in counts:
        yield "no row passed"
    if IN_CI and SKIPPED in counts:
        yield "in CI, no row may be skipped"


def missing_pythons(passed: list[dict[str, Any]], required: set[tuple[int, ...]]) -> Iterator[str]:
    """The versions of Python that have to pass, and did not."""
    found = {tuple(row["python"]["version_info"][:2]) for row in passed}
    for major, minor in sorted(required - found):
        yield f"in CI, Python {major}.{minor} must pass"


def judge(row: dict[str, Any], python: str) -> tuple[str, str]:
    """The outcome of one row, and what to say about it."""
    if row["result"].get("skipped"):
        return SKIPPED, f"no {python} on this machine"
    if not row.get("test"):
        return FAILED, "its environment could not be made"
    # A suite that skips every test ends with 0 as well, hence the count.
    endings = [run["output"].strip().splitlines()[-1:] or ["no output"] for run in row["test"]]
    ran = row["result"]["success"] and all(
        run["retcode"] == 0 and re.search(r"\b[1-9]\d* passed\b", ending[0])
        for run, ending in zip(row["test"], endings, strict=True)
    )
    said = "; ".join(ending[0].strip("= ") for ending in endings)
    return (PASSED if ran else FAILED), f"{versions(row)}: {said}"


def versions(row: dict[str, Any]) -> str:
    """What the row really had, from its list of installed packages."""
    installed = dict(
        item.lower().split("==", 1) for item in row["installed_packages"] if "==" in item
    )
    shown = {"Django": "django", "DRF": "djangorestframework", "PyJWT": "pyjwt"}
    names = ["Python " + ".".join(str(n) for n in row["python"]["version_info"][:3])]
    names += [f"{label} {installed.get(name, 'missing')}" for label, name in shown.items()]
    return ", ".join(names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
