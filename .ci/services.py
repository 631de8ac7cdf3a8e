"""Bring MariaDB, Redis and Chromium for the tests, or say in a few lines what is missing.

PostgreSQL needs nothing of this: a wheel carries it. Three ways, the first that fits: they are
installed already, or named in the environment; the user is root on Debian or Ubuntu, so packages
are installed; Docker is there, so containers of the two servers are started (.ci/services.yaml)
and their addresses written to .services/addresses, where the tests read them. Installed servers
are not left running: the tests start them in a temporary folder, on free ports, and stop them.
Safe to run twice.
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
    "chromium": "chromium",
}
ALIKE = {"chromium": ["chromium-browser", "google-chrome", "google-chrome-stable"]}
VARIABLES = {
    "mariadb-server-core": "TEST_MARIADB_URL",
    "mariadb-client-core": "TEST_MARIADB_URL",
    "redis-server": "TEST_REDIS_URL",
    "chromium": "TEST_CHROMIUM",
}


def main(argument: str) -> int:
    """``start`` or ``stop``; 0 where the tests will find all three, or none is left running."""
    if argument == "stop":
        return stop()
    if not missing():
        return done("Here. The tests start what they need, and stop it again.")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        return install()
    if missing() != ["chromium"] and docker_answers():
        return start_containers()
    return explain()


def missing() -> list[str]:
    """The Debian packages of the programs that are neither here nor named in the environment."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    absent = {
        package
        for program, package in PROGRAMS.items()
        if not any(shutil.which(name, path=folders) for name in [program, *ALIKE.get(program, [])])
    }
    return sorted(package for package in absent if not os.environ.get(VARIABLES[package]))


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
    lines.append("The tests find them. `make services-stop` ends them.")
    if "chromium" in missing():
        lines.append("No container brings Chromium: install it, or export TEST_CHROMIUM=its path.")
    return done("\n".join(lines))


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
    print(f"MariaDB, Redis and Chromium: {text}")
    return 0


def explain() -> int:
    """What this machine lacks, and the ways to go on."""
    print(
        f"MariaDB, Redis and Chromium: {', '.join(missing())} not here, and neither root with "
        "apt-get nor Docker is.\n"
        "One of these brings them:\n"
        f"  Debian, Ubuntu:   sudo apt-get install {' '.join(missing())}\n"
        "  Docker:           start it (docker info must answer), then `make services` again;\n"
        "                    it brings the servers, not the browser\n"
        "  servers you have: export TEST_MARIADB_URL=mysql://user:password@host:port/\n"
        "                    export TEST_REDIS_URL=redis://host:port/\n"
        "  Chrome elsewhere: export TEST_CHROMIUM=/path/to/chrome\n"
        "Without them `make test` leaves out what needs them, and says so at the end.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
