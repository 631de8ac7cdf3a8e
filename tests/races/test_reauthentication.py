"""A user proves anew who it is while the session ends, or is refreshed, in another process."""

from __future__ import annotations

from functools import partial

import pytest

from tests.conftest import PASSWORD, claims_of

from .test_ending import ENDS, session_of
from .together import meanwhile, together


def reauthenticate(site, login, **headers):
    headers = {**headers, "Authorization": f"Bearer {login.access}"}
    body = {"password": PASSWORD}
    return site.kit().post_json("reauthenticate/", body, **headers)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_a_session_that_ends_meanwhile_never_lives_again(site, end):
    user = site.newcomer()
    login = site.kit().sign_in(user)
    hold = site.hold()
    held = meanwhile(partial(reauthenticate, site, login, **hold.before_write))
    hold.wait(1)
    end(site, user, [login])
    hold.release()
    answer = held.result()

    assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
    assert site.kit().get_with(login.access).status_code == 401
    assert site.kit().refresh(login.refresh).status_code == 401


def test_a_refresh_that_overtakes_it_is_not_undone(site):
    user = site.newcomer()
    login = site.kit().sign_in(user)
    hold = site.hold()
    held = meanwhile(partial(reauthenticate, site, login, **hold.before_write))
    hold.wait(1)
    rotated = site.kit().rotate(login.refresh)
    hold.release()
    answer = held.result()

    assert answer.status_code == 200
    assert site.row(session_of(login))["generation"] == claims_of(rotated.refresh)["gen"] == 1
    assert site.kit().get_with(answer.json()["access"]).status_code == 200


def test_eight_at_once_are_all_answered(site):
    login = site.kit().sign_in(site.newcomer())
    answers = together(*[partial(reauthenticate, site, login) for _ in range(8)])

    assert {answer.status_code for answer in answers} == {200}
    assert site.kit().get_with(answers[0].json()["access"]).status_code == 200
