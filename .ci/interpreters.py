"""Where are this machine's Pythons, and which is the newest that is supported?

Run by itself it prints that one's path, for .ci/run. Standard library only.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

SUPPORTED = ("3.14", "3.13", "3.12", "3.11", "3.10")
# No released Debian has it, so a machine may be without it; the hosted workflow brings it.
WHEREVER_IT_IS = "3.14"


def pyenv_folders() -> list[str]:
    """Where pyenv keeps its Pythons: its names on PATH answer only for those switched on."""
    pyenv = shutil.which("pyenv")
    if pyenv is None:
        return []
    root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
    versions = Path(root.stdout.strip()) / "versions"
    if root.returncode != 0 or not versions.is_dir():
        return []
    installed = [folder for folder in versions.glob("3.*") if re.search(r"\.\d+$", folder.name)]
    installed.sort(key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.name)])
    return [str(folder / "bin") for folder in reversed(installed)]


def newest() -> str:
    """The path of the newest supported Python that runs. LookupError where there is none."""
    for version in SUPPORTED:
        if found := find(version):
            return found
    raise LookupError(f"None of Python {', '.join(SUPPORTED)} is here.")


def find(version: str) -> str | None:
    """The path of a Python ``version`` that runs, or None."""
    for folder in [*pyenv_folders(), None]:
        found = shutil.which(f"python{version}", path=folder)
        if found is not None and _runs(found):
            return found
    return None


def _runs(path: str) -> bool:
    return subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    print(newest())
