"""The npm package, and front ends that a reader of the documentation has made with it."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.child import ROOT
from tests.docs.pages import blocks_of
from tests.npm import install

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
NPM = ROOT / "npm"
PAGES = {"react": "docs/how-to/react.md", "next": "docs/how-to/nextjs.md"}
_NAMED = re.compile(r"// ([\w/.-]+\.(?:tsx?|jsx?|mjs))\n")
_PATIENCE = 300


def has_npm() -> bool:
    """Whether this machine can pack it."""
    return shutil.which("npm") is not None


def run(*command: str, where: Path) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        command, cwd=where, capture_output=True, text=True, check=False, timeout=_PATIENCE
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def packing() -> Iterator[None]:
    """One at a time: npm copies what it packs beside the package's own files."""
    with (NPM / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pack(folder: Path) -> Path:
    """The package as `npm pack` makes it, in ``folder``."""
    with packing():
        run("npm", "pack", "--pack-destination", str(folder), where=NPM)
    (tarball,) = folder.glob("*.tgz")
    return tarball


def tool(kind: str, path: str) -> str:
    """The script of a tool that front ends of this kind are built with."""
    return str(HERE / kind / "node_modules" / path)


def add(tarball: Path, folder: Path) -> None:
    """Install the package for what is in ``folder``, and nothing else."""
    quiet = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--offline"]
    run("npm", "install", *quiet, str(tarball), where=folder)


@contextmanager
def front_end(kind: str, tarball: Path, api: str = "") -> Iterator[Path]:
    """The folder of a front end as its page shows it, below the tools that it is built with.

    ``api`` is where Django is, in place of http://127.0.0.1:8000.
    """
    install(HERE / kind, f"the page of {PAGES[kind]}")
    built = HERE / kind / "built"
    built.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=built))
    try:
        shutil.copytree(HERE / kind / "beside", folder, dirs_exist_ok=True)
        for path, text in files_of(PAGES[kind]):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text.replace("http://127.0.0.1:8000", api) if api else text)
        add(tarball, folder)
        yield folder
    finally:
        shutil.rmtree(folder)


def files_of(page: str) -> Iterator[tuple[str, str]]:
    """Path and text of each file of a front end that a page shows."""
    for block in blocks_of((ROOT / page).read_text(encoding="utf-8")):
        named = _NAMED.match(block.text)
        if named and block.language in {"ts", "tsx", "jsx"}:
            yield named[1], block.text
