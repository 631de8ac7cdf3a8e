"""The server ends every connection while they are in use; the next ones it takes."""

import pytest

from .burst import STRICT, Burst


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def database(request, empty_database):
    return empty_database(request.param)


@pytest.fixture(scope="module")
def site(database, serve):
    return serve(database, workers=2, threads=4, CONN_MAX_AGE=60, DRF_JWT_KIT=STRICT)


@pytest.mark.parametrize("cuts", [5, pytest.param(200, marks=pytest.mark.long)])
def test_a_connection_cut_in_a_burst_answers_no_500_and_loses_nobody(site, database, cuts):
    with Burst(site) as burst:
        for _ in range(cuts):
            burst.passes(10)
            database.cut_connections()

    assert set(burst.statuses) <= {200, 503}
    assert burst.lost() == []
    assert site.events(event="retried") != []


def test_a_connection_that_was_cut_while_idle_is_replaced_unnoticed(site, database):
    client = site.kit()
    tokens = client.sign_in(site.newcomer())

    database.cut_connections()

    assert [client.get_with(tokens.access).status_code for _ in range(10)] == [200] * 10
