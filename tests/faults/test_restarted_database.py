"""The database is restarted, or dies, while everybody asks it."""

import pytest

from .burst import STRICT, Burst


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def database(request, empty_database):
    return empty_database(request.param, private=True)


@pytest.fixture(scope="module")
def site(database, serve):
    return serve(database, workers=2, threads=4, CONN_MAX_AGE=60, DRF_JWT_KIT=STRICT)


@pytest.mark.parametrize("times", [1, pytest.param(10, marks=pytest.mark.long)])
def test_a_restart_under_load_shows_only_200_and_503_and_loses_no_session(site, database, times):
    with Burst(site) as burst:
        for _ in range(times):
            burst.passes(20)
            database.server.restart()
        burst.passes(20)

    assert set(burst.statuses) <= {200, 503}
    assert burst.waits <= {"1"}
    assert burst.lost() == []


def test_every_question_is_503_while_the_database_is_away(site, database):
    kit, user = site.kit(), site.newcomer()
    tokens = kit.sign_in(user)
    database.server.stop()

    login = kit.post_json("", {"username": user.name, "password": "anything"})
    others = [kit.refresh(tokens.refresh), kit.verify(tokens.access), kit.get_with(tokens.access)]
    others += [kit.logout(tokens.refresh), kit.get_with(tokens.access, "/api/plain/")]
    others += [kit.get_with(tokens.access, "/api/token/sessions/")]
    database.server.start()

    assert [answer.status_code for answer in [login, *others]] == [503] * 7
    assert {answer.headers["retry-after"] for answer in [login, *others]} == {"1"}
    assert {answer.json()["code"] for answer in [login, *others]} == {"temporarily_unavailable"}
    assert kit.refresh(tokens.refresh).status_code == 200
