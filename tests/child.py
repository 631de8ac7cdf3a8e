"""The environment of every Python process that a test starts: it imports the package under test.

An installed copy, or that of another checkout, would let a test pass that tests something else.
The process itself refuses any other copy: see ``at_start/sitecustomize.py``. Under tox the package
under test is the installed wheel, and what is said here holds for that one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import drf_jwt_kit

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(drf_jwt_kit.__file__).resolve()
_AT_START = Path(__file__).resolve().parent / "at_start"


def environment(*folders: Path, inherit: bool = True, **variables: str) -> dict[str, str]:
    """The ``env`` of a process, which finds modules in ``folders`` first.

    Where ``inherit`` is False, it has nothing of this process's own environment but PATH, and
    cannot import the tests.
    """
    own = dict(os.environ) if inherit else {"PATH": os.environ["PATH"]}
    found_in = [_AT_START, *folders, *_place_of_the_package(), *([ROOT] if inherit else [])]
    given = filter(None, own.get("PYTHONPATH", "").split(os.pathsep))
    return {
        **own,
        "PYTHONPATH": os.pathsep.join([*map(str, found_in), *given]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DRF_JWT_KIT_UNDER_TEST": str(PACKAGE),
        **variables,
    }


def specifications(
    settings: str, *where: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """What pytest answers in a process of its own, for the tests in ``where`` under ``settings``.

    ``where`` may hold further words of its command line.
    """
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *(f"--ds={settings}", *where),
        ],
        env=environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def _place_of_the_package() -> list[Path]:
    """Not where packages are installed: that would come before the standard library, and is
    searched anyway."""
    folder = PACKAGE.parents[1]
    return [] if folder.name in {"site-packages", "dist-packages"} else [folder]
