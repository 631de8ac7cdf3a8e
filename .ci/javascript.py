"""Lint, type-check or measure client.js, with the tools that tests/client/package-lock.json pins.

    lint     eslint, on every script of the checkout
    types    tsc: client.js is what client.d.ts says, and the other way round
    size     the bytes of client.js, minified and compressed, as the documentation states them

They need node and npm. A machine without them is told in one line what it leaves out; where
CI=true that is a failure.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "tests" / "client"
CLIENT = ROOT / "src" / "drf_jwt_kit" / "static" / "drf_jwt_kit" / "client.js"
NEEDED = (20, 19)  # by eslint 10


class MissingError(Exception):
    """What this machine lacks, as a sentence."""


def main(task: str) -> int:
    """Do it; 0 if all is well, or if it had to be left out on a machine that may do so."""
    try:
        node, npm = find_node()
        install(npm)
    except MissingError as missing:
        print(f"Left out: {task} of client.js. {missing} It needs node 20.19 or later, and npm.")
        return 1 if os.environ.get("CI") == "true" else 0
    return {"lint": lint, "types": check_types, "size": print_size}[task](node)


def find_node() -> tuple[str, str]:
    """The paths of node and npm. Raises MissingError."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise MissingError("There is no node with npm here.")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < NEEDED:
        raise MissingError(f"Here is node {version.strip()}.")
    return node, npm


def install(npm: str) -> None:
    """Install what the lock names, unless it is there. Raises MissingError."""
    wanted = json.loads((TOOLS / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    with (TOOLS / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests of several processes may come here at once
        if all(installed(name) == version for name, version in wanted.items()):
            return
        # No tool here needs its install script, and what is not run can do no harm.
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run([npm, *arguments], cwd=TOOLS, check=False).returncode:
            raise MissingError("npm could not install the tools.")


def installed(name: str) -> str | None:
    """The version of a package that is there."""
    package = TOOLS / "node_modules" / name / "package.json"
    return json.loads(package.read_text(encoding="utf-8"))["version"] if package.exists() else None


def run(node: str, tool: str, *arguments: str) -> int:
    """Run a tool by its path under node_modules, in the checkout; its exit status."""
    command = [node, str(TOOLS / "node_modules" / tool), *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def lint(node: str) -> int:
    """Eslint, from the root: it looks at nothing above the folder it starts in."""
    config = TOOLS / "eslint.config.js"
    return run(node, "eslint/bin/eslint.js", "--config", str(config), "--max-warnings=0", ".")


def check_types(node: str) -> int:
    """Client.js by its JSDoc, which writes declarations; then those beside the ones by hand."""
    tsc = "typescript/bin/tsc"
    if status := run(node, tsc, "--project", str(TOOLS / "tsconfig.json")):
        return status
    # Under another name, or what it says of "./client.js" would mean itself.
    (TOOLS / "build" / "client.d.ts").replace(TOOLS / "build" / "derived.d.ts")
    return run(node, tsc, "--project", str(TOOLS / "tsconfig.usage.json"))


def print_size(node: str) -> int:
    """What a browser downloads: minified by esbuild, compressed by gzip."""
    esbuild = TOOLS / "node_modules" / "esbuild" / "bin" / "esbuild"
    # A file of JavaScript, or the program itself where its install script has run.
    start = [node] if esbuild.read_bytes().startswith(b"#!") else []
    minified = subprocess.run(
        [*start, str(esbuild), "--minify", "--format=esm", "--target=es2022", str(CLIENT)],
        capture_output=True,
        check=True,
    ).stdout
    print(len(gzip.compress(minified, mtime=0)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
