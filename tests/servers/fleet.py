"""The servers of this run: each is started when a test first asks for it, and stopped at the end.

``TEST_SERVERS`` limits the run to some of them; whoever sets it says which are left out.
"""

from __future__ import annotations

import os

from .address import given
from .mariadb import MariaDB
from .postgresql import PostgreSQL
from .process import LeftOutError, Server
from .redis import Redis

KINDS: dict[str, type[Server]] = {
    "postgresql": PostgreSQL,
    "mariadb": MariaDB,
    "redis": Redis,
}


class NotWantedError(LeftOutError):
    """``TEST_SERVERS`` does not name this server."""


class Fleet:
    """At most one server of each kind that tests share, and those that a test has for itself."""

    def __init__(self) -> None:
        self._shared: dict[str, Server] = {}
        self._private: list[Server] = []
        self._broken: dict[str, RuntimeError] = {}

    def shared(self, kind: str) -> Server:
        """The server that tests share. Raises LeftOutError where it is not to be had."""
        if kind in self._broken:  # it would be as slow to fail for each test
            raise self._broken[kind]
        if kind not in self._shared:
            try:
                self._shared[kind] = _wanted(kind).found()
            except RuntimeError as error:
                self._broken[kind] = error
                raise
        return self._shared[kind]

    def private(self, kind: str) -> Server:
        """A new server that no other test uses, for those that stop it."""
        wanted = _wanted(kind)
        try:
            server = wanted.own()
        except LeftOutError as left_out:
            if given(wanted.variable):
                raise LeftOutError(
                    f"{wanted.name}: what {wanted.variable} names is not ours to stop, and its "
                    "programs are not installed."
                ) from left_out
            raise
        self._private.append(server)
        return server

    def discard(self) -> None:
        """Stop all that were started."""
        for server in [*self._shared.values(), *self._private]:
            server.discard()


def require_wanted(kind: str, name: str) -> None:
    """Raise NotWantedError if ``TEST_SERVERS`` is set and does not name ``kind``."""
    wanted = os.environ.get("TEST_SERVERS")
    if wanted is not None and kind not in wanted.split():
        raise NotWantedError(
            f"{name}: not in this run, since TEST_SERVERS is {wanted!r}. `make test` has it."
        )


def _wanted(kind: str) -> type[Server]:
    require_wanted(kind, KINDS[kind].name)
    return KINDS[kind]
