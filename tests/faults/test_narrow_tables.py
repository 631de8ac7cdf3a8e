"""Databases in Latin-1, as old ones are: most characters cannot be stored in their tables."""

import pytest

from tests.conftest import claims_of

MADE_NARROW = {
    "mariadb": ["ALTER DATABASE `{}` CHARACTER SET latin1"],
    "postgresql": [
        'DROP DATABASE "{}"',
        "CREATE DATABASE \"{}\" ENCODING LATIN1 LOCALE 'C' TEMPLATE template0",
    ],
}


@pytest.fixture(scope="module", params=MADE_NARROW)
def site(request, empty_database, serve):
    database = empty_database(request.param)
    for statement in MADE_NARROW[request.param]:
        database.server.execute(statement.format(database.settings["NAME"]))
    return serve(database, workers=1)


def test_a_name_that_cannot_be_stored_is_the_clients_mistake(site):
    tokens = site.kit().sign_in(site.newcomer())
    path = f"/api/token/sessions/{claims_of(tokens.refresh)['sid']}/"
    headers = {"Authorization": f"Bearer {tokens.access}"}

    answer = site.kit().patch(path, {"name": "Łódź"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_a_login_that_cannot_be_compared_is_no_outage(site):
    answer = site.kit().post_json("", {"username": "Łódź", "password": "anything"})

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert site.events(event="database_unavailable") == []
