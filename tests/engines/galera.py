"""Three MariaDB nodes in one Galera cluster: each takes writes, and answers before it has heard of
what was committed at the others."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.fleet import require_wanted
from tests.servers.mariadb import MariaDB
from tests.servers.process import LONGEST_START, LeftOutError, free_port, prepared_by, program

if TYPE_CHECKING:
    from collections.abc import Iterator

CAUSAL_READ_TIMEOUT = 3
"""Seconds that a causal read waits before it fails. By default it is half a minute."""
_PROVIDERS = ("/usr/lib/galera", "/usr/lib64/galera-4", "/usr/lib/x86_64-linux-gnu/galera")
_OPTIONS = {
    "gcache.size": "32M",
    "repl.causal_read_timeout": f"PT{CAUSAL_READ_TIMEOUT}S",
    # A node that is silent is left behind after two seconds instead of five.
    "evs.keepalive_period": "PT0.5S",
    "evs.suspect_timeout": "PT2S",
    "evs.inactive_timeout": "PT4S",
}
_LIVES_ON = ("galera.cache", "gvwstate.dat")
"""What belongs to one node, and not to its data."""


class Galera:
    """The cluster. Make one with ``Galera.own()``, which raises LeftOutError if it cannot run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="drf-jwt-kit-galera-"))
        given_to_mysql(self.folder)
        self.group_ports = [free_port() for _ in range(3)]
        self.nodes = [Node(self, number) for number in range(3)]

    @classmethod
    def own(cls) -> Galera:
        """A new cluster with three nodes that have caught up."""
        require_wanted("galera", "Galera")
        Node.require_installed()
        cluster = cls()
        try:
            cluster.begin()
        except BaseException:
            cluster.discard()
            raise
        return cluster

    def begin(self) -> None:
        """Start the first node alone, copy what it has, and start the others, which then need no
        state transfer."""
        first, *others = self.nodes
        first.prepare()
        first.start("--wsrep-new-cluster")
        first.execute("CREATE DATABASE harness")
        first.execute("CREATE TABLE harness.marks (id int AUTO_INCREMENT PRIMARY KEY)")
        first.stop()
        for other in others:
            shutil.copytree(
                first.folder / "data",
                other.folder / "data",
                ignore=shutil.ignore_patterns(*_LIVES_ON),
            )
            given_to_mysql(other.folder)
        first.start("--wsrep-new-cluster")
        for other in others:
            other.start()

    def settle(self) -> None:
        """Return when all nodes are there and each has applied what was committed."""
        deadline = time.monotonic() + LONGEST_START
        while not all(node.knows_all(len(self.nodes)) for node in self.nodes):
            assert time.monotonic() < deadline, "the cluster is not whole again"
            time.sleep(0.1)

    @contextmanager
    def lagging(self, node: Node) -> Iterator[None]:
        """``node`` answers, and applies nothing of what others commit, until the block ends."""
        other = next(one for one in self.nodes if one is not node)
        self.settle()
        with node.connected() as held, held.cursor() as cursor:
            cursor.execute("LOCK TABLES harness.marks READ")
            other.execute("INSERT INTO harness.marks VALUES ()")  # everything later waits behind it
            yield

    def discard(self) -> None:
        """End all nodes, and remove what they hold."""
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Node(MariaDB):
    """One node, in a folder of the cluster's."""

    name = "Galera"

    def __init__(self, cluster: Galera, number: int) -> None:
        super().__init__()
        self.cluster, self.number = cluster, number
        self.folder: Path = cluster.folder / f"node-{number}"
        self.folder.mkdir()
        given_to_mysql(self.folder)
        self.address = self.new_address(free_port())
        self._transfer_ports = free_port(), free_port()
        self._how: tuple[str, ...] = ()

    @classmethod
    def require_installed(cls) -> None:
        super().require_installed()
        missing = [name for name in ("rsync", "ss", "wsrep_sst_rsync") if program(name) is None]
        nobody_to_run_it = os.geteuid() == 0 and not mysql_identity()
        if missing or provider() is None or nobody_to_run_it:
            raise LeftOutError(
                "Galera: not installed here. `make long` installs Debian's mariadb-server, "
                "galera-4, rsync and iproute2 if it is run as root."
            )

    def identity(self) -> dict[str, Any]:
        """Root may not run it: rsync, which copies a state, then becomes nobody."""
        return mysql_identity() if os.geteuid() == 0 else {}

    def prepare(self) -> None:
        prepared_by(
            [
                *(str(program("mariadb-install-db")), "--no-defaults", "--skip-test-db"),
                f"--datadir={self.folder}/data",
                "--auth-root-authentication-method=normal",
            ],
            cwd=self.folder,
            **self.identity(),
        )

    def start(self, *how: str) -> None:
        """Run it, until it has caught up; ``how`` is for this start alone."""
        self._how = how
        super().start()

    def kill(self) -> None:
        """End it at once, and what it has started to copy a state."""
        process = self.process
        super().kill()
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def recover(self) -> None:
        """Start it after it was killed, from what it has on its disk."""
        found = subprocess.run(
            [*self.command(), "--wsrep-recover"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self.identity(),
        )
        position = re.search(r"Recovered position: (\S+)", found.stderr)
        assert position is not None, found.stderr[-2000:]
        self.start(f"--wsrep-start-position={position[1]}")

    def pause(self) -> None:
        """Let it stand still, as a machine does whose host is busy."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on; returns when the others have taken it back."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.cluster.settle()

    @staticmethod
    def _user() -> list[str]:
        return []

    def answers(self) -> bool:
        import pymysql

        try:
            asked = "SHOW STATUS LIKE 'wsrep_local_state_comment'"
            return self.execute(asked) == [("wsrep_local_state_comment", "Synced")]
        except pymysql.MySQLError:
            return False

    def knows_all(self, count: int) -> bool:
        """Whether it has applied what was committed at any of ``count`` nodes."""
        import pymysql

        try:
            with self.connected() as connection, connection.cursor() as cursor:
                cursor.execute("SET SESSION wsrep_sync_wait = 15")
                cursor.execute("SHOW STATUS LIKE 'wsrep_cluster_size'")
                return cursor.fetchall() == (("wsrep_cluster_size", str(count)),)
        except pymysql.MySQLError:
            return False

    def command(self) -> list[str]:
        group, incremental = self.cluster.group_ports[self.number], self._transfer_ports[0]
        addresses = ",".join(f"127.0.0.1:{port}" for port in self.cluster.group_ports)
        options = {
            **_OPTIONS,
            "gmcast.listen_addr": f"tcp://127.0.0.1:{group}",
            "ist.recv_addr": f"127.0.0.1:{incremental}",
        }
        how, self._how = self._how, ()
        return [
            *super().command(),
            *("--wsrep-on=ON", f"--wsrep-provider={provider()}", "--binlog-format=ROW"),
            *("--innodb-autoinc-lock-mode=2", "--wsrep-cluster-name=drf-jwt-kit"),
            *(f"--wsrep-node-name=node-{self.number}", "--wsrep-node-address=127.0.0.1"),
            *("--wsrep-sst-method=rsync", f"--wsrep-cluster-address=gcomm://{addresses}"),
            f"--wsrep-sst-receive-address=127.0.0.1:{self._transfer_ports[1]}",
            "--wsrep-provider-options=" + ";".join(f"{name}={options[name]}" for name in options),
            *how,
        ]

    def entry(self, database: str, sync_wait: int) -> dict[str, Any]:
        """An entry of DATABASES whose statements wait as ``sync_wait`` says."""
        entry = self.settings(database)
        init = f"SET SESSION wsrep_sync_wait = {sync_wait}"
        return {**entry, "OPTIONS": {**entry["OPTIONS"], "init_command": init}}


def provider() -> Path | None:
    """The library that makes a MariaDB a node."""
    found = [Path(folder) / "libgalera_smm.so" for folder in _PROVIDERS]
    return next((path for path in found if path.exists()), None)


def mysql_identity() -> dict[str, Any]:
    """The system's user for MariaDB, as arguments of ``subprocess.Popen``."""
    try:
        found = pwd.getpwnam("mysql")
    except KeyError:
        return {}
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def given_to_mysql(folder: Path) -> None:
    """Where root runs the tests, let that user have ``folder`` with what is in it."""
    if os.geteuid() != 0:
        return
    found = pwd.getpwnam("mysql")
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, found.pw_uid, found.pw_gid, follow_symlinks=False)
