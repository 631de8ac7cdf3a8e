"""What the engine does where nothing is left to be done."""

import sys
from uuid import uuid4

import pytest

from drf_jwt_kit.sessions.beginnings import Beginning, _hand_on
from drf_jwt_kit.sessions.claims import GivesTokens
from drf_jwt_kit.sessions.grant import new_session
from drf_jwt_kit.sessions.token_text import tokens_in
from drf_jwt_kit.signals import session_revoked

pytestmark = pytest.mark.django_db
END = sys.modules["drf_jwt_kit.sessions.end"]


def login_of(user):
    return Beginning(session=new_session(user), user=user, request=None, most=None)


def test_a_login_that_is_thrown_away_hands_nothing_to_another_user(user, other_user):
    left = [login_of(other_user)]

    _hand_on(login_of(user), left)

    assert left[0].replaces == ()


def test_sessions_that_another_request_has_ended_are_not_told_of_again(user):
    told = []
    receiver = lambda **facts: told.append(facts)  # noqa: E731
    session_revoked.connect(receiver)

    END._end_some([uuid4()], user.pk)

    session_revoked.disconnect(receiver)
    assert told == []


def test_a_serializer_of_another_kind_gives_the_token_that_it_made(user):
    class Gives(GivesTokens):
        @classmethod
        def get_token(cls, user):
            return f"a token of {user}"

    assert Gives.get_token(user) == f"a token of {user}"


def test_a_number_with_two_dots_is_no_token():
    assert [*tokens_in("Version 1.2.3")] == []
