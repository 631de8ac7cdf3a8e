"""Make .venv ready for the dependency groups named on the command line, or say what is missing.

Run by make, with a bare Python and nothing installed: standard library only. Writes nothing
outside .venv (pip keeps its own download cache). A second run finds the stamp, installs nothing
and needs no network. Exit code 2: the machine lacks something, and the message names the cure.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

# Before any definition, so that an older Python reads this line and not a TypeError.
if sys.version_info < (3, 10):  # noqa: UP036
    print("Python 3.10 or later is needed; this is %d.%d." % sys.version_info[:2])  # noqa: UP031
    sys.exit(2)

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "drf-jwt-kit.json"
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
PYTHON = VENV / "bin" / "python"
# Inside somebody's activated environment (this one included) the interpreter beneath it is
# what counts: an environment cannot rebuild itself while it runs.
BASE_PYTHON = getattr(sys, "_base_executable", None) or sys.executable


def main(groups: list[str]) -> int:
    """Bring .venv up to date with ``groups``, once another ``make`` has done so."""
    # The folder itself is locked: no file is left behind, and the lock ends with the process.
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another make is at work on .venv; waiting for it.", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks
    try:
        return bring_up_to_date(groups)
    finally:
        os.close(folder)


def bring_up_to_date(groups: list[str]) -> int:
    """Make or complete .venv; run time dependencies come always."""
    found = read_stamp()
    wanted = identity()
    usable = {key: found.get(key) for key in wanted} == wanted
    installed = set(found["groups"]) if usable else set()
    if usable and installed.issuperset(groups):
        return 0

    check_machine()
    if VENV.exists() and not usable:
        print("Replacing the .venv that is here: incomplete, or made for something else.")
    everything = sorted(installed.union(groups))
    label = ", ".join(["run time", *everything])
    what = "Adding to" if usable else "Making"
    print(
        f"{what} .venv with Python {sys.version.split()[0]} ({label}): "
        "about a minute the first time, needs the network.",
        flush=True,
    )
    # Without its stamp an environment that is interrupted from here on is rebuilt next time.
    STAMP.unlink(missing_ok=True)
    if not usable:
        make_environment()
    wanted_groups = [part for group in everything for part in ("--group", group)]
    pip("--require-hashes", "--constraint", str(CONSTRAINTS), *run_time(), *wanted_groups)
    if not usable:  # a folder has no hash, and what it needs is there
        pip("--no-deps", "--build-constraint", str(CONSTRAINTS), "--editable", ".")
    STAMP.write_text(json.dumps({**wanted, "groups": everything}), encoding="utf-8")
    return 0


def identity() -> dict[str, str]:
    """What the environment depends on; when any of it changes, the environment is rebuilt."""
    pins = hashlib.sha256(CONSTRAINTS.read_bytes())
    pins.update(requirements_of(ROOT / "pyproject.toml").encode())
    return {
        "python": f"{sys.version} at {sys.base_prefix}",
        "pins": pins.hexdigest(),
        "checkout": str(ROOT),  # scripts and the editable install hold absolute paths
    }


def requirements_of(pyproject: Path) -> str:
    """The tables that say what is installed, found by headline: 3.10 brings no TOML reader."""
    relevant = ("[build-system]", "[project", "[dependency-groups]", "[tool.hatch")
    kept, keep = [], False
    for line in pyproject.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            keep = line.startswith(relevant)
        if keep:
            kept.append(line)
    return "\n".join(kept)


def run_time() -> list[str]:
    """What the package itself depends on: installed by name, as a hash is asked of everything."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (table,) = re.findall(r"^dependencies = \[\n((?: .+\n)+)\]$", text, flags=re.MULTILINE)
    return re.findall(r'"(.+)"', table)


def read_stamp() -> dict[str, Any]:
    """What the last complete run wrote; empty if there was none or it did not finish."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8"))) if PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}


def check_machine() -> None:
    """Stop with the cure if this Python cannot make environments."""
    if VENV.is_symlink():
        stop(".venv is a symbolic link; what it points to is not ours to replace.", "rm .venv")
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        as_root = "sudo " if os.getuid() else ""  # a bare system has no sudo
        version = "python%d.%d" % sys.version_info[:2]  # noqa: UP031
        stop(
            f"{BASE_PYTHON} cannot make environments: its standard library lacks "
            f"{' and '.join(missing)}, which Debian and Ubuntu package apart.",
            f"{as_root}apt-get update && {as_root}apt-get install {version}-venv",
            "Elsewhere, install a complete Python, or name another: make PYTHON=/path/to/python3",
        )


def make_environment() -> None:
    """An empty environment with a pip that reads dependency groups."""
    if VENV.exists():
        shutil.rmtree(VENV)
    run([BASE_PYTHON, "-m", "venv", str(VENV)], "Making the environment failed.")
    # The pip that comes with Python may be too old to take hashes from constraints.
    pinned = VENV / "pip.txt"
    pinned.write_text(pin_of("pip"), encoding="utf-8")
    pip("--require-hashes", "--requirement", str(pinned))


def pin_of(name: str) -> str:
    """The version of a tool with the hash of each of its files, as the constraints have them."""
    text = CONSTRAINTS.read_text(encoding="utf-8")
    return re.findall(rf"^{name}==.*(?:\n    --hash=.*)+", text, flags=re.MULTILINE)[0]


def pip(*targets: str) -> None:
    """Install ``targets``."""
    run([str(PYTHON), "-m", "pip", "install", "--quiet", *targets], "Installing failed.")


def run(command: list[str], complaint: str) -> None:
    """Run quietly; if it fails, stop with the end of what it said."""
    # Personal settings that would send packages elsewhere than into .venv.
    unwanted = ("PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_TARGET", "PIP_USER")
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    lines = [line for line in done.stdout.splitlines() if line.strip() and "Retry(" not in line]
    problem = "\n".join([*lines[-15:], "", complaint])
    if "NewConnectionError" in done.stdout or "Retry(" in done.stdout:
        stop(
            f"{problem} The package index could not be reached.",
            "connect to a network, or name your proxy or package index in pip's settings",
            "(python3 -m pip config set global.proxy http://HOST:PORT), and try again.",
        )
    stop(problem, "what the lines above ask for; then give the same command again.")


def stop(problem: str, *cure: str) -> NoReturn:
    sys.stdout.flush()
    print(f"\n{problem}\nCure: " + "\n      ".join(cure), file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the next run starts the environment afresh.")
