"""Engines of several machines, as fixtures. Each stays for the tests of one module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.makers import to_be_had

from .galera import Galera
from .pgbouncer import PgBouncer
from .sites import Sites, sites_at

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def galera() -> Iterator[Galera]:
    """Three nodes that all tests share; whoever stops one starts it again."""
    cluster = to_be_had(lambda _: Galera.own(), "galera")
    yield cluster
    cluster.discard()


@pytest.fixture(scope="package", params=[0, 1, 3], ids="sync_wait_{}".format)
def sites(
    request: Any, galera: Galera, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sites]:
    """A site at each node, at each of the settings that projects have."""
    with sites_at(galera, tmp_path_factory, request.param) as sites:
        yield sites


@pytest.fixture(scope="module")
def pgbouncer(fleet: Any) -> Iterator[PgBouncer]:
    """A pooler before a PostgreSQL of its own."""
    server = to_be_had(fleet.private, "postgresql")
    pooler = to_be_had(lambda _: PgBouncer.own(server), "pgbouncer")
    yield pooler
    pooler.discard()
