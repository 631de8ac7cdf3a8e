"""Is the tag of a release the version of both packages, and is what is new in it in CHANGELOG.md?

Run by `make tag TAG=v1.2.3` before anything is built or published. Standard library only.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


def main(tag: str, root: Path = ROOT) -> int:
    """Print what is wrong with ``tag``; 0 if nothing is."""
    problems = list(problems_of(tag, root))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def problems_of(tag: str, root: Path) -> Iterator[str]:
    """Each reason not to release ``tag`` from the checkout at ``root``."""
    package = (root / "src" / "drf_jwt_kit" / "__init__.py").read_text(encoding="utf-8")
    version = re.findall(r'^__version__ = "(.+)"$', package, flags=re.MULTILINE)[0]
    if tag != f"v{version}":
        yield f"The tag is {tag!r}, but the package is version {version}: v{version} is its tag."
    client = json.loads((root / "npm" / "package.json").read_text(encoding="utf-8"))["version"]
    if client != version:
        yield f"npm/package.json has version {client}. Set it to {version}."
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## \[?{re.escape(version)}\b", changes, flags=re.MULTILINE):
        yield f"CHANGELOG.md has no heading for {version}. Give the heading Unreleased its name."


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
