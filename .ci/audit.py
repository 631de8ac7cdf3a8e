"""Is a hole known in what is installed for this project, on any Python, from either registry?

Run by `make audit`. Asks the package index, and npm's registry for each lock of ours. What could
not be asked about counts as a hole: a mirror that knows of none is not taken for good news.
The floors of the package are told of and fail nothing: whoever installs it gets the newest.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bootstrap import CONSTRAINTS, ROOT, run_time


def main() -> int:
    """Ask about everything; 0 if nothing is known of what we install."""
    pins = pinned(CONSTRAINTS.read_text(encoding="utf-8"))
    print(f"== {len(pins)} pins of .ci/constraints.txt", flush=True)
    failed = not clean(pins)
    floors = [requirement.replace(">=", "==") for requirement in run_time()]
    print(f"== the floors, for your information: {', '.join(floors)}", flush=True)
    clean(floors)
    for lock in locks():
        print(f"== {lock.relative_to(ROOT)}", flush=True)
        command = ["npm", "audit", "--package-lock-only"]
        failed |= subprocess.run(command, cwd=lock.parent, check=False).returncode != 0
    return int(failed)


def pinned(constraints: str) -> list[str]:
    """Each version once, whatever Python it is for: one run asks for all of them."""
    return sorted(set(re.findall(r"^[\w.-]+==[\w.+]+", constraints, flags=re.MULTILINE)))


def clean(requirements: list[str]) -> bool:
    """Whether the index knows all of ``requirements``, and no hole in any of them."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(requirements))
        file.flush()
        options = ["--strict", "--no-deps", "--disable-pip", "--progress-spinner=off"]
        command = [sys.executable, "-m", "pip_audit", *options, "--requirement", file.name]
        return subprocess.run(command, check=False).returncode == 0


def locks() -> list[Path]:
    """What npm installs for the tests; the npm package itself depends on nothing."""
    found = ROOT.glob("tests/**/package-lock.json")
    return sorted(path for path in found if "node_modules" not in path.parts)


if __name__ == "__main__":
    sys.exit(main())
