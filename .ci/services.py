"""Bring MariaDB, Redis and Chromium for the tests, or say in a few lines what is missing.

``start`` brings these, ``long`` as well what the clusters and poolers of `make long` need, which
only packages can. ``stop`` ends containers.
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
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
PROGRAMS_OF_LONG = {
    "wsrep_sst_rsync": "mariadb-server",
    "/usr/lib/galera/libgalera_smm.so": "galera-4",
    "rsync": "rsync",
    "ss": "iproute2",
    "pgbouncer": "pgbouncer",
    "promtool": "prometheus",
}
QUICKER = "chromium-headless-shell"
"""Debian's Chromium without windows: most tests of pages take a third less in it. None needs it."""
POLICY = Path("/usr/sbin/policy-rc.d")
ALIKE = {"chromium": ["chromium-browser", "google-chrome", "google-chrome-stable"]}
VARIABLES = {
    "mariadb-server-core": "TEST_MARIADB_URL",
    "mariadb-client-core": "TEST_MARIADB_URL",
    "redis-server": "TEST_REDIS_URL",
    "chromium": "TEST_CHROMIUM",
}


def main(argument: str) -> int:
    """``start``, ``long`` or ``stop``; 0 where the tests will find all, or none is left running."""
    if argument == "stop":
        return stop()
    if argument == "long":
        return bring_for_long()
    if not missing():
        bring_what_is_quicker()
        return done("Here. The tests start what they need, and stop it again.")
    if can_install():
        return install(missing())
    if missing() != ["chromium"] and docker_answers():
        return start_containers()
    return explain()


def bring_for_long() -> int:
    """What `make long` needs. It runs without, and says what it left out, except in CI."""
    packages = missing({**PROGRAMS, **PROGRAMS_OF_LONG})
    if packages and can_install():
        return install(packages)
    if packages:
        print(f"For all of `make long`: sudo apt-get install {' '.join(packages)}")
    return 0


def missing(programs: dict[str, str] = PROGRAMS) -> list[str]:
    """The Debian packages of the programs that are neither here nor named in the environment."""
    absent = {
        package
        for program, package in programs.items()
        if not any(is_here(name) for name in [program, *ALIKE.get(program, [])])
    }
    return sorted(one for one in absent if not os.environ.get(VARIABLES.get(one, "")))


def is_here(name: str) -> bool:
    """Whether there is such a program, or such a file."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    is_file = Path(name).is_absolute() and Path(name).exists()
    return is_file or shutil.which(name, path=folders) is not None


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> int:
    """Install them with apt-get. The servers' own services are not wanted here."""
    print(f"Installing {', '.join(packages)} with apt-get: about a minute.", flush=True)
    for command in (["update"], ["install", *packages]):
        ran = apt_get(*command)
        if ran.returncode != 0:
            print("\n".join(ran.stdout.splitlines()[-15:]), file=sys.stderr)
            print(f"apt-get {command[0]} failed, above.", file=sys.stderr)
            return 1
    bring_what_is_quicker()
    left = sorted({*packages}.intersection(missing({**PROGRAMS, **PROGRAMS_OF_LONG})))
    if left:
        print(f"Still missing: {', '.join(left)}.", file=sys.stderr)
        return 1
    return done("Installed. The tests start what they need, and stop it again.")


def bring_what_is_quicker() -> None:
    """Install it too where packages can be installed and are known to have it, or else go on."""
    unwanted = "chromium" in missing() or "TEST_CHROMIUM" in os.environ or is_here(QUICKER)
    if unwanted or not can_install():
        return
    if subprocess.run(["apt-cache", "show", QUICKER], capture_output=True, check=False).returncode:
        return
    print(f"Installing {QUICKER} with apt-get.", flush=True)
    if apt_get("install", QUICKER).returncode:
        print(f"{QUICKER} could not be installed; the tests take a little longer without it.")


def apt_get(*command: str) -> subprocess.CompletedProcess[str]:
    """What apt-get answers, which asks nothing and starts no services."""
    with services_not_started():
        return subprocess.run(
            [
                *("apt-get", "--quiet", "--yes", "--no-install-recommends"),
                *("-o", "DPkg::Lock::Timeout=120", *command),
            ],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@contextmanager
def services_not_started() -> Iterator[None]:
    """Debian starts a server as soon as it is installed, unless this file says no."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


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
