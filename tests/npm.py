"""What npm brings for a test, as the lock beside it says."""

import fcntl
import json
import shutil
import subprocess

from .leaving_out import leave_out


def install(folder, what):
    """Install what the lock in ``folder`` names, unless it is there. ``what`` is left out if node
    or npm is not."""
    if not shutil.which("npm"):
        leave_out(f"{what}. Install node 20 with npm.")
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes of a test run may come here at once
        if not _is_there(folder):
            npm = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=False)  # noqa: S607
            if npm.returncode:
                leave_out(f"{what}. npm could not install it.")


def _is_there(folder):
    """Whether each package is there in its version."""
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    packages = wanted.get("dependencies", {}) | wanted.get("devDependencies", {})
    return all(_version(folder / "node_modules" / name) == it for name, it in packages.items())


def _version(package):
    file = package / "package.json"
    return file.exists() and json.loads(file.read_text(encoding="utf-8"))["version"]
