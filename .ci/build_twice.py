"""Build the wheel and the sdist into dist/, and once more elsewhere: both must be the same bytes.

Run by `make wheel`. The second is built from the first sdist, in another folder, time zone and
umask, so that whoever has a release can build it again and see that nothing was added to it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"


def main() -> int:
    """Build both; 0 if each file is the same both times."""
    shutil.rmtree(DIST, ignore_errors=True)
    moment = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],  # noqa: S607
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    ).stdout.strip()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment}
    build(ROOT, DIST, environment)
    with tempfile.TemporaryDirectory(prefix="drf-jwt-kit-") as folder:
        os.umask(0o077)
        source = unpack(next(DIST.glob("*.tar.gz")), Path(folder))
        build(source, Path(folder) / "dist", {**environment, "TZ": "Pacific/Apia"})
        different = differences(DIST, Path(folder) / "dist")
    for name in different:
        print(f"{name} is not the same when it is built from the sdist.", file=sys.stderr)
    if not different:
        print(f"Built twice, the same bytes. To build them again: SOURCE_DATE_EPOCH={moment}")
    return int(bool(different))


def build(source: Path, dist: Path, environment: dict[str, str]) -> None:
    """Both archives of ``source``, into ``dist``."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist), str(source)]
    subprocess.run(command, env=environment, check=True)


def unpack(sdist: Path, folder: Path) -> Path:
    """The one folder that is in ``sdist``."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / sdist.name.removesuffix(".tar.gz")


def differences(first: Path, second: Path) -> list[str]:
    """The names of the files that are not the same in both folders."""
    names = sorted({path.name for folder in (first, second) for path in folder.iterdir()})
    return [name for name in names if content(first / name) != content(second / name)]


def content(path: Path) -> bytes | None:
    """The bytes of a file, None if there is none."""
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
