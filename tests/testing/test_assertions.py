"""Is a session live, and why has it ended? Asked of whatever a test has in its hand."""

from datetime import timedelta
from uuid import uuid4

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.testing import assert_session_ended, assert_session_live, forced_token, later
from drf_jwt_kit.tokens import AccessToken


@pytest.fixture
def pair(user):
    return sessions.start(user)


@pytest.mark.parametrize(
    "named",
    [
        lambda pair: pair,
        lambda pair: pair.access,
        lambda pair: pair.refresh,
        lambda pair: AccessToken(pair.access),
        lambda pair: Session.objects.get(),
        lambda pair: Session.objects.get().pk,
        lambda pair: str(Session.objects.get().pk),
    ],
)
def test_a_session_is_given_as_anything_that_names_it(named, pair):
    given = named(pair)
    assert_session_live(given)

    sessions.revoke(Session.objects.get().pk)

    assert_session_ended(given, reason="by_project")


def test_a_live_session_has_not_ended(pair):
    with pytest.raises(AssertionError, match="The session is live"):
        assert_session_ended(pair)


def test_an_ended_session_is_not_live(pair):
    sessions.logout(pair.access)

    with pytest.raises(AssertionError, match="has ended as 'logout'"):
        assert_session_live(pair)


def test_another_reason_is_told(pair):
    sessions.logout(pair.access)

    with pytest.raises(AssertionError, match="has ended as 'logout', not as 'reused'"):
        assert_session_ended(pair, reason="reused")
    assert_session_ended(pair, reason=sessions.RevokedReason.LOGOUT)


def test_a_session_ends_without_anybody_who_ends_it(pair, user):
    with later(timedelta(days=2)):
        assert_session_ended(pair, reason="idle")
    with later(timedelta(days=40)):
        assert_session_ended(pair, reason="too_old")


def test_a_session_without_a_row_has_ended(user):
    assert_session_ended(uuid4(), reason="unknown")
    assert_session_ended(forced_token(user), reason="unknown")


@pytest.mark.parametrize("given", ["nothing of ours", 4711, None])
def test_what_names_no_session_is_refused(given, db):
    with pytest.raises(TypeError, match="Give a Session, its id, a TokenPair, or a token"):
        assert_session_live(given)
