"""MariaDB, from the system's packages; a URL may name a MySQL as well."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

from .address import Address
from .process import LeftOutError, Server, prepared_by, program, succeeds


class MariaDB(Server):
    """One MariaDB or MySQL server."""

    name = "MariaDB"
    variable = "TEST_MARIADB_URL"
    default_port = 3306

    @classmethod
    def require_installed(cls) -> None:
        if find_spec("pymysql") is None:
            raise LeftOutError("MariaDB: its driver is not installed. `make test` installs it.")
        if program("mariadbd") is None or program("mariadb-install-db") is None:
            raise LeftOutError(
                "MariaDB: no server here. `make services` brings one, or set "
                f"{cls.variable}=mysql://user:password@host:port/"
            )

    @classmethod
    def elsewhere(cls, url: str) -> Server:
        if find_spec("pymysql") is None:
            raise LeftOutError("MariaDB: its driver is not installed. `make test` installs it.")
        return super().elsewhere(url)

    def prepare(self) -> None:
        """An empty data folder, whose root has no password."""
        prepared_by(
            [
                *(str(program("mariadb-install-db")), "--no-defaults", *self._user()),
                *(f"--datadir={self.folder}/data", "--auth-root-authentication-method=normal"),
                "--skip-test-db",
            ]
        )

    def new_address(self, port: int) -> Address:
        return Address(host="127.0.0.1", port=port, user="root")

    def command(self) -> list[str]:
        return [
            *(str(program("mariadbd")), "--no-defaults", *self._user()),
            *(f"--datadir={self.folder}/data", f"--socket={self.folder}/socket"),
            *("--bind-address=127.0.0.1", f"--port={self.address.port}"),
            f"--pid-file={self.folder}/pid",
            "--max-connections=200",
            "--innodb-flush-log-at-trx-commit=2",  # what is here need not outlive the machine
            "--innodb-buffer-pool-size=64M",
        ]

    def answers(self) -> bool:
        import pymysql

        return succeeds(lambda: self.execute("SELECT 1"), pymysql.MySQLError)

    def connected(self) -> Any:
        """A connection of the server's administrator, which ends with a ``with`` block."""
        import pymysql

        where = self.address
        return pymysql.connect(
            host=where.host,
            port=where.port,
            user=where.user,
            password=where.password,
            autocommit=True,
            connect_timeout=5,
        )

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run ``sql`` as the server's administrator, and answer the rows."""
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def settings(self, database: str) -> dict[str, Any]:
        """An entry of DATABASES."""
        where = self.address
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": database,
            "HOST": where.host,
            "PORT": where.port,
            "USER": where.user,
            "PASSWORD": where.password,
            "OPTIONS": {"charset": "utf8mb4"},
        }

    def create(self, database: str) -> None:
        """Make an empty database."""
        self.execute(f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4")

    def drop(self, database: str) -> None:
        """Remove it, whoever is connected."""
        self.cut_connections(database)
        self.execute(f"DROP DATABASE IF EXISTS `{database}`")

    def cut_connections(self, database: str) -> None:
        """End every connection to ``database``, in the middle of what it does."""
        import pymysql

        of_database = f"SELECT id FROM information_schema.processlist WHERE db = '{database}'"
        for (connection,) in self.execute(of_database):
            # It may have ended by itself since.
            succeeds(lambda number=connection: self.execute(f"KILL {number}"), pymysql.MySQLError)

    @staticmethod
    def _user() -> list[str]:
        """Root may run it, if it says so."""
        return ["--user=root"] if os.geteuid() == 0 else []
