"""Which sessions are there, and which have a refresh token that was written within some time?"""

from datetime import timedelta

import pytest
from django.test import override_settings

from drf_jwt_kit.sessions.upkeep import survey, written_between
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def count(first, last):
    return written_between(first, last).count


def test_a_login_has_written_one(kit, user, clock):
    kit.sign_in(user)

    assert count(NOON, NOON) == count(None, NOON) == 1
    assert count(None, NOON - HOUR) == count(NOON + HOUR, NOON + HOUR) == 0


def test_a_refresh_has_written_another_one(kit, user, clock):
    tokens = kit.sign_in(user)
    clock.shift(HOUR)
    kit.rotate(tokens.refresh)

    assert count(None, NOON) == 0
    assert count(NOON + HOUR, NOON + HOUR) == 1


def test_the_first_refresh_token_is_the_only_one_without_rotation(kit, user, clock):
    with override_settings(DRF_JWT_KIT={"ROTATE_REFRESH_TOKENS": False}):
        tokens = kit.sign_in(user)
        clock.shift(HOUR)
        kit.refresh(tokens.refresh)

        assert count(None, NOON) == 1


def test_a_session_that_has_ended_has_none(kit, user, clock):
    kit.logout(kit.sign_in(user).refresh)

    assert count(None, NOON) == 0


def test_one_that_has_run_out_is_not_alive(kit, user, clock):
    kit.sign_in(user)
    clock.shift(timedelta(days=1))

    assert count(None, NOON) == 0


def test_says_when_the_last_one_is_dead(kit, user, clock):
    kit.sign_in(user)
    clock.shift(HOUR)
    kit.sign_in(user)

    until = written_between(None, NOON + HOUR).until

    assert until.timestamp() == (NOON + HOUR + timedelta(days=1)).timestamp()


def test_the_census_takes_one_query(kit, user, clock, queries):
    kit.sign_in(user)
    with queries() as made:
        assert count(None, NOON) == 1

    assert len(made) == 1


def test_the_rule_of_the_project_is_asked_once_for_each_user(kit, user, settings):
    pairs, asked = [kit.sign_in(user), kit.sign_in(user)], []
    accepts = lambda user: asked.append(user) or True  # noqa: E731
    settings.DRF_JWT_KIT = {"USER_AUTHENTICATION_RULE": accepts}

    (batch,) = survey()

    assert {session.pk for session, _ in batch} == {pair.session.pk for pair in pairs}
    assert asked == [user]
