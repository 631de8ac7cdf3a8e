"""Bring MariaDB and Redis for the tests, or say in a few lines what is missing.

PostgreSQL needs nothing of this: a wheel carries it. Three ways, the first that fits: the servers
are installed already; the user is root on Debian or Ubuntu, so packages are installed; Docker is
there, so containers are started (.ci/services.yaml) and their addresses written to
.services/addresses, where the tests read them. Installed servers are not left running: the tests
start them in a temporary folder, on free ports, and stop them. Safe to run twice.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESSES = ROOT / ".services" / "addresses"
COMPOSE = ["docker", "compose", "--file", str(ROOT / ".ci" / "services.yaml")]
PROGRAMS = {
    "mariadbd": "mariadb-server-core",
    "mariadb-install-db": "mariadb-server-core",
    "my_print_defaults": "mariadb-client-core",
    "redis-server": "redis-server",
}
VARIABLES = {"TEST_MARIADB_URL": "mysql", "TEST_REDIS_URL": "redis"}


def main(argument: str) -> int:
    """``start`` or ``stop``; 0 where the tests will find both servers, or none is left running."""
    if argument == "stop":
        return stop()
    if all(os.environ.get(name) for name in VARIABLES):
        return done("Both are named in the environment; nothing to bring.")
    if not missing():
        return done("Installed. The tests start what they need, and stop it again.")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        return install()
    if docker_answers():
        return start_containers()
    return explain()


def missing() -> list[str]:
    """The Debian packages of the programs that are not here."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    absent = {package for name, package in PROGRAMS.items() if not shutil.which(name, path=folders)}
    return sorted(absent)


def install() -> int:
    """Install what is missing with apt-get. The servers' own services are not wanted here."""
    packages = missing()
    print(f"Installing {', '.join(packages)} with apt-get: about a minute.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        ran = subprocess.run(
            ["apt-get", "--quiet", "-o", "DPkg::Lock::Timeout=120", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            print("\n".join(ran.stdout.splitlines()[-15:]), file=sys.stderr)
            print(f"apt-get {command[0]} failed, above.", file=sys.stderr)
            return 1
    if missing():
        print(f"Still missing: {', '.join(missing())}.", file=sys.stderr)
        return 1
    return done("Installed. The tests start what they need, and stop it again.")


def docker_answers() -> bool:
    """Whether containers can be started: the command alone is not enough."""
    if shutil.which("docker") is None:
        return False
    asked = [["docker", "info"], [*COMPOSE, "version"]]
    return all(
        subprocess.run(ask, capture_output=True, check=False).returncode == 0 for ask in asked
    )


def start_containers() -> int:
    """Start both, wait until they are healthy, and write down where they are."""
    print("Starting containers; the first time their images are fetched.", flush=True)
    up = subprocess.run([*COMPOSE, "up", "--detach", "--wait", "--quiet-pull"], check=False)
    if up.returncode != 0:
        print("docker compose failed, above.", file=sys.stderr)
        return 1
    mariadb, redis = port_of("mariadb", 3306), port_of("redis", 6379)
    lines = [f"TEST_MARIADB_URL=mysql://root@{mariadb}/", f"TEST_REDIS_URL=redis://{redis}/"]
    ADDRESSES.parent.mkdir(exist_ok=True)
    ADDRESSES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return done("\n".join([*lines, "The tests find them. `make services-stop` ends them."]))


def port_of(service: str, port: int) -> str:
    """``127.0.0.1:PORT`` of a container."""
    asked = [*COMPOSE, "port", service, str(port)]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def stop() -> int:
    """End the containers, if any were started; installed servers do not outlive the tests."""
    if not ADDRESSES.exists():
        print("Nothing is running: installed servers stop with the tests.")
        return 0
    down = subprocess.run([*COMPOSE, "down", "--volumes"], check=False)
    if down.returncode == 0:
        ADDRESSES.unlink()
    return down.returncode


def done(text: str) -> int:
    print(f"MariaDB and Redis: {text}")
    return 0


def explain() -> int:
    """What this machine lacks, and the ways to go on."""
    print(
        "MariaDB and Redis: not here, and neither root with apt-get nor Docker is.\n"
        "One of these brings them:\n"
        f"  Debian, Ubuntu:   sudo apt-get install {' '.join(missing())}\n"
        "  Docker:           start it (docker info must answer), then `make services` again\n"
        "  servers you have: export TEST_MARIADB_URL=mysql://user:password@host:port/\n"
        "                    export TEST_REDIS_URL=redis://host:port/\n"
        "Without them `make test` runs on SQLite and PostgreSQL, and says so at the end.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
