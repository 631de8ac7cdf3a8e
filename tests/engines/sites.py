"""A site at each node, and clients that take the next one each time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.servers.database import Database
from tests.servers.makers import sites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from tests.servers.site import Site

    from .galera import Galera


class Sites:
    """Sites on one empty database of a cluster, in the order of its nodes."""

    def __init__(self, cluster: Galera, at_each_node: list[Site], sync_wait: int) -> None:
        self.cluster, self.sync_wait = cluster, sync_wait
        self.first, self.second, self.third = self.all = at_each_node

    def newcomer(self) -> Any:
        """A user whom every node knows."""
        user = self.first.newcomer()
        self.cluster.settle()
        return user

    def turn(self, number: int) -> Site:
        """The site whose turn it is."""
        return self.all[number % len(self.all)]


@contextmanager
def sites_at(
    cluster: Galera, folders: pytest.TempPathFactory, sync_wait: int, **settings: Any
) -> Iterator[Sites]:
    """A site at each node, whose statements wait for the others as ``sync_wait`` says."""
    database = Database.on("mariadb", cluster.nodes[0])
    name = database.settings["NAME"]
    serving = sites(folders)
    serve: Callable[..., Site] = next(serving)
    started = []
    for node in cluster.nodes:
        cluster.settle()  # the tables that the site before has made
        entry = node.entry(name, sync_wait)
        started.append(serve(entry, workers=2, threads=8, CONN_MAX_AGE=60, **settings))
    cluster.settle()
    yield Sites(cluster, started, sync_wait)
    next(serving, None)
    cluster.nodes[0].drop(name)
