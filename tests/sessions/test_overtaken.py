"""A login with a token looks, after its insert, whether the session of that has been ended."""

import pytest
from django.db import connection
from django.test import RequestFactory

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTStatelessAuthentication
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import client, end, feed, grant
from drf_jwt_kit.tokens import AccessToken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def request_of_it(signed_in):
    request = RequestFactory().get("/")
    request.auth = AccessToken(signed_in.access)
    return request


@pytest.fixture
def locked(monkeypatch):
    """What is read FOR UPDATE, which SQLite has no words for."""
    monkeypatch.setattr(connection.features, "has_select_for_update", True)
    statements = []

    def wrapper(execute, sql, *rest):
        if sql.endswith(" FOR UPDATE"):
            statements.append(sql)
        return execute(sql.removesuffix(" FOR UPDATE"), *rest)

    with connection.execute_wrapper(wrapper):
        yield statements


@pytest.mark.parametrize("reason", RevokedReason)
def test_an_end_of_all_sessions_ends_what_it_cannot_see(user, request_of_it, monkeypatch, reason):
    end_all = lambda *_: sessions.revoke(user=user, reason=reason)  # noqa: E731
    monkeypatch.setattr(client, "describe", end_all)

    with pytest.raises(InvalidToken):
        sessions.start(user, request_of_it)

    assert [row.revoked_reason for row in Session.objects.all()] == [reason, reason]


@pytest.fixture
def begun_meanwhile(signed_in, monkeypatch):
    """A child of the session that is stored while its end is written, which does not see it."""
    write, child = end._write, grant.new_session(signed_in.session.user)
    child.parent = signed_in.session.pk

    def unseen(found, *rest):
        count = write(found, *rest)
        if child._state.adding:
            child.save()
        return count

    monkeypatch.setattr(end, "_write", unseen)
    return child


def test_an_end_of_all_sessions_asks_for_what_began_while_it_was_written(
    user, begun_meanwhile, caplog
):
    with caplog.at_level("INFO", "drf_jwt_kit"):
        assert sessions.revoke(user=user) == 2

    told = f"event=revoked session=all user={user.pk} reason=by_project count=1"
    assert caplog.messages == [told, told]
    begun_meanwhile.refresh_from_db()
    assert begun_meanwhile.revoked_reason == RevokedReason.BY_PROJECT


def test_a_login_with_a_password_in_the_meantime_is_no_child(user, begun_meanwhile):
    begun_meanwhile.parent = None

    sessions.revoke(user=user)

    begun_meanwhile.refresh_from_db()
    assert begun_meanwhile.revoked_at is None


def test_the_session_of_the_token_is_read_locked(user, request_of_it, locked):
    sessions.start(user, request_of_it)

    assert [Session._meta.db_table in sql for sql in locked] == [False, True]


def test_the_look_is_one_query(user, request_of_it, queries):
    """The first asks what the new session may do at most."""
    with queries() as made:
        sessions.start(user, request_of_it)

    assert [sql.split()[0] for sql in made] == ["SELECT", "INSERT", "SELECT", "SELECT"]


def test_a_session_whose_row_is_gone_has_not_ended(user, request_of_it, signed_in):
    """A flush may take it: then its end is long past, and so are its tokens."""
    signed_in.session.delete()

    assert sessions.start(user, request_of_it).access


def test_a_stateless_request_that_has_not_heard_of_the_end_begins_nothing(user, signed_in):
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {signed_in.access}"})
    feed.forget()
    _, request.auth = JWTStatelessAuthentication().authenticate(request)
    Session.objects.update(revoked_at=signed_in.session.created_at)  # elsewhere

    with pytest.raises(InvalidToken):
        sessions.start(user, request)
