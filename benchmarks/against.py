"""The package as another revision has it: its ``src``, taken out of git into a folder that goes."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from .workers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


class NoSuchRevisionError(Exception):
    """Git has said why."""


@contextmanager
def source_of(revision: str) -> Iterator[Path]:
    """The folder to import the package of ``revision`` from. Raises NoSuchRevisionError."""
    archive = subprocess.run(
        ["git", "archive", "--format=tar", f"{revision}^{{commit}}", "src"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if archive.returncode != 0:
        raise NoSuchRevisionError(archive.stderr.decode(errors="replace").strip())
    with tempfile.TemporaryDirectory(prefix="drf-jwt-kit-") as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder) / "src"


def revision_here() -> str:
    """What git calls this checkout; empty where there is no git."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.stdout.strip()
