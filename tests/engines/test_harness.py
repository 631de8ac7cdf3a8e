"""That the engines are what the tests on them take them for, and are missed where they are not."""

import os

import pytest

from tests.servers.makers import to_be_had

from . import galera, pgbouncer
from .galera import Galera
from .pgbouncer import PgBouncer

MISSING = {
    "Galera": (galera, Galera.own),
    "PgBouncer": (pgbouncer, lambda: PgBouncer.own(None)),
}


@pytest.fixture(params=MISSING)
def missing(request, monkeypatch):
    """An engine whose packages are not installed: its name, and what would start it."""
    module, start = MISSING[request.param]
    monkeypatch.delenv("TEST_SERVERS", raising=False)
    monkeypatch.setattr(module, "program", lambda name: None)
    monkeypatch.setattr(galera, "provider", lambda: None)
    monkeypatch.setattr("tests.servers.mariadb.find_spec", lambda name: "its driver")
    monkeypatch.setattr("tests.servers.mariadb.program", lambda name: "/usr/sbin/it")
    return request.param, start


def test_the_tests_of_a_missing_engine_are_left_out_by_name(missing, monkeypatch):
    name, start = missing
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match=f"{name}: not installed here. `make long`"):
        to_be_had(lambda _: start(), name)


def test_the_tests_of_a_missing_engine_fail_in_ci(missing, monkeypatch):
    name, start = missing
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="In CI nothing is left out"):
        to_be_had(lambda _: start(), name)


def test_an_engine_that_a_run_does_not_want_is_left_out(monkeypatch):
    monkeypatch.setenv("TEST_SERVERS", "postgresql")

    with pytest.raises(pytest.skip.Exception, match="Galera: not in this run"):
        to_be_had(lambda _: Galera.own(), "galera")


@pytest.mark.long
def test_nothing_is_left_of_a_cluster():
    cluster = to_be_had(lambda _: Galera.own(), "galera")
    processes = [node.process.pid for node in cluster.nodes]
    cluster.nodes[1].pause()

    cluster.discard()

    assert not cluster.folder.exists()
    assert [pid for pid in processes if os.path.exists(f"/proc/{pid}")] == []


@pytest.mark.long
def test_a_lagging_node_answers_and_hears_of_nothing_until_the_end(galera):
    first, second, _ = galera.nodes
    first.execute("CREATE DATABASE lag")
    first.execute("CREATE TABLE lag.heard (id int PRIMARY KEY)")

    with galera.lagging(second):
        first.execute("INSERT INTO lag.heard VALUES (1)")
        meanwhile = second.execute("SELECT * FROM lag.heard")
    galera.settle()

    assert meanwhile == []
    assert second.execute("SELECT * FROM lag.heard") == [(1,)]
