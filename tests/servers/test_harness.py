"""That the servers and the served project are what the tests on them take them for."""

import pytest

from tests.conftest import claims_of


@pytest.fixture(scope="module")
def site(database, serve):
    return serve(database, workers=2, threads=2)


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def private_database(request, empty_database):
    return empty_database(request.param, private=True)


def test_a_site_has_several_worker_processes(site):
    assert len(set(site.worker_pids())) == 2


def test_a_site_serves_the_package_from_that_database(site):
    tokens = site.kit().sign_in(site.newcomer())

    assert site.kit().get_with(tokens.access).status_code == 200
    session = claims_of(tokens.refresh)["sid"]
    assert len(site.events(event="started", session=session)) == 1
    assert len(site.events(signal="session_started", session=session)) == 1


def test_a_module_begins_with_an_empty_database(empty_database, serve, database):
    first = serve(database, workers=1).newcomer()
    second = serve(empty_database(database.engine), workers=1).newcomer()

    assert second.pk == 2 <= first.pk  # after root


def test_what_is_stored_outlives_a_restart(private_database, serve):
    site = serve(private_database, workers=1)
    tokens = site.kit().sign_in(site.newcomer())

    private_database.server.restart()

    assert site.kit().get_with(tokens.access).status_code == 200


def test_what_is_stored_outlives_a_crash(private_database, serve):
    site = serve(private_database, workers=1)
    tokens = site.kit().sign_in(site.newcomer())

    private_database.server.kill()
    private_database.server.start()

    assert site.kit().get_with(tokens.access).status_code == 200


def test_workers_share_what_they_keep_in_redis(redis, empty_database, serve):
    caches = {"default": redis.cache("harness")}
    site = serve(empty_database("sqlite"), CACHES=caches, workers=2, threads=1)

    counts = [site.act("count")["count"] for _ in range(8)]

    assert counts == list(range(1, 9))
