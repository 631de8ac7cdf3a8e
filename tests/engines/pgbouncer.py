"""PgBouncer in transaction mode: each transaction may have another connection to the server."""

from __future__ import annotations

import os
import signal

from tests.servers.fleet import require_wanted
from tests.servers.postgresql import PostgreSQL
from tests.servers.process import LeftOutError, program

POOL = 4
"""Connections to the server, for all clients together."""


class PgBouncer(PostgreSQL):
    """A pooler before ``server``: to whoever connects, it is PostgreSQL."""

    name = "PgBouncer"
    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL

    def __init__(self, server: PostgreSQL) -> None:
        super().__init__()
        self.server = server

    @classmethod
    def require_installed(cls) -> None:
        require_wanted("pgbouncer", cls.name)
        if program("pgbouncer") is None:
            raise LeftOutError(
                "PgBouncer: not installed here. `make long` installs Debian's if run as root."
            )

    def prepare(self) -> None:
        """Nothing but a folder that its user can read: the settings need the port."""
        assert self.folder is not None
        self.folder.chmod(0o711)

    def command(self) -> list[str]:
        assert self.folder is not None
        behind = self.server.address
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.address.port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": POOL,
            "max_client_conn": 200,
        }
        lines = [f"{name} = {value}" for name, value in settings.items()]
        databases = f"* = host={behind.host} port={behind.port} user={behind.user}"
        file = self.folder / "pgbouncer.ini"
        file.write_text("\n".join(["[databases]", databases, "[pgbouncer]", *lines, ""]))
        os.chmod(file, 0o644)
        return [str(program("pgbouncer")), str(file)]
