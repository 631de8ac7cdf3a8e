"""Sixteen clients log one user in at once, on each database and isolation level."""

from functools import partial

from tests.conftest import PASSWORD

from .together import together

CLIENTS, ALLOWED = 16, 2


def test_logins_that_race_leave_no_more_sessions_than_a_user_may_have(site):
    person = site.newcomer()
    body = {"username": person.get_username(), "password": PASSWORD, "max_sessions": ALLOWED}

    answers = together(*[partial(site.kit().post_json, "", body)] * CLIENTS)
    asked = [site.kit().get_with(answer.json()["access"]).status_code for answer in answers]

    assert [answer.status_code for answer in answers] == [200] * CLIENTS
    assert sorted(asked) == [200] * ALLOWED + [401] * (CLIENTS - ALLOWED)
