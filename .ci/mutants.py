"""Which changes of the code does no test notice? `make mutants` asks mutmut, in copies of src.

Each area is tried with the tests that fit it, in build/mutants/AREA. docs/explanation/mutants.md
has the scores, and says of each mutant that survives why.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tests", "example_project", "benchmarks", "pyproject.toml")
AREAS = {
    "life": (["sessions/life.py"], ["tests/sessions/test_life.py"]),
    "tokens": (["sessions/tokens.py", "sessions/presented.py", "tokens/*"], ["tests/tokens"]),
    "jose": (["jose/*"], ["tests/jose"]),
    "transports": (["transports/*"], ["tests/transports", "tests/flows/test_cookies.py"]),
    "keys": (["keys/*"], ["tests/keys"]),
    "sessions": (["sessions/*"], ["tests/sessions"]),
}
OUTCOMES = {0: "survived", 1: "noticed", 5: "without a test", 33: "without a test"}
"""By exit status of mutmut's workers."""


def main(areas: list[str]) -> int:
    """Try the mutants of ``areas``, or of all; 0 if mutmut itself has worked."""
    return max(tried(area) for area in areas or AREAS)


def tried(area: str) -> int:
    """Try those of one area, and print how many were noticed."""
    copy = ROOT / "build" / "mutants" / area
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy(ROOT / name, copy)
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write(configuration(*AREAS[area]))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "2"]
    status = subprocess.run(
        command, cwd=copy, env=os.environ | {"TEST_SERVERS": ""}, check=False
    ).returncode
    print(f"\n{area}: {dict(outcomes(copy))}; {sys.executable} -m mutmut results, in {copy}")
    return status


def configuration(modules: list[str], tests: list[str]) -> str:
    """mutmut's table. Its fork server keeps what one test leaves behind from the next."""
    chosen = json.dumps([f"src/drf_jwt_kit/{module}" for module in modules])
    return f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = {chosen}
also_copy = ["example_project", "benchmarks"]
pytest_add_cli_args = ["-p", "no:randomly", "-n", "0"]
pytest_add_cli_args_test_selection = {json.dumps(tests)}
process_isolation = "forkserver"
"""


def outcomes(copy: Path) -> Counter[str]:
    """How many mutants were noticed, and how many were not."""
    found: Counter[str] = Counter()
    for path in (copy / "mutants").rglob("*.meta"):
        statuses = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        found.update(OUTCOMES.get(status, "undecided") for status in statuses)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
