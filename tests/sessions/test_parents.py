"""The end of a stolen session takes along what was begun with its tokens."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory, override_settings

from drf_jwt_kit import sessions, signals
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import descendants, feed, rows
from drf_jwt_kit.sessions.flush import flush
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import claims_of

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db(transaction=True)]


def with_token(pair):
    request = RequestFactory().get("/")
    request.auth = AccessToken(pair.access)
    return request


def begun_with(pair, user, **more):
    return sessions.start(user, with_token(pair), **more)


def row(pair):
    return Session.objects.get(pk=claims_of(pair.refresh)["sid"])


@pytest.fixture
def replay(kit, past_leeway):
    """Use a refresh token twice, as a thief and its victim do."""

    def replay(pair):
        kit.rotate(pair.refresh)
        past_leeway()
        assert kit.refresh(pair.refresh).status_code == 401

    return replay


@pytest.fixture
def revoked():
    heard = []
    receiver = lambda session_id, user_id, reason, count, **_: heard.append(  # noqa: E731
        (session_id, user_id, reason, count)
    )
    signals.session_revoked.connect(receiver)
    yield heard
    signals.session_revoked.disconnect(receiver)


def test_a_session_remembers_the_one_whose_token_began_it(user, signed_in):
    assert row(begun_with(signed_in, user)).parent == signed_in.session.pk


def test_a_login_with_a_password_has_no_parent(signed_in):
    assert signed_in.session.parent is None


def test_theft_ends_what_was_begun_with_the_stolen_token(kit, user, signed_in, replay):
    child = begun_with(signed_in, user)

    replay(signed_in)

    assert row(child).revoked_reason == RevokedReason.REUSED
    assert kit.get_with(child.access).status_code == 401
    assert kit.refresh(child.refresh).status_code == 401


def test_theft_ends_it_at_any_depth_and_of_other_users(user, other_user, signed_in, replay):
    child = begun_with(signed_in, user)
    others = begun_with(child, other_user)
    deepest = begun_with(others, other_user)

    replay(signed_in)

    assert {row(one).revoked_reason for one in (child, others, deepest)} == {RevokedReason.REUSED}


def test_theft_ends_it_behind_one_that_has_ended_already(kit, user, signed_in, replay):
    child = begun_with(signed_in, user)
    grandchild = begun_with(child, user)
    kit.logout(child.refresh)

    replay(signed_in)

    assert row(child).revoked_reason == RevokedReason.LOGOUT
    assert row(grandchild).revoked_reason == RevokedReason.REUSED


def test_theft_spares_what_is_above_and_beside(kit, user, signed_in, replay):
    child, beside = begun_with(signed_in, user), begun_with(signed_in, user)
    elsewhere = kit.sign_in(user)

    replay(child)

    assert row(child).revoked_reason == RevokedReason.REUSED
    assert [row(one).revoked_at for one in (signed_in, beside, elsewhere)] == [None] * 3


def test_theft_ends_sessions_that_are_each_others_parents(user, signed_in, replay):
    """No login makes such rows; somebody who writes to the table may."""
    child = begun_with(signed_in, user)
    Session.objects.filter(pk=signed_in.session.pk).update(parent=row(child).pk)

    replay(signed_in)

    assert row(child).revoked_reason == row(signed_in).revoked_reason == RevokedReason.REUSED


def log_out(kit, user, tokens):
    kit.logout(tokens.refresh)


def log_in_beyond_the_limit(kit, user, tokens):
    with override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 2}):
        kit.sign_in(user)


def revoke(kit, user, tokens):
    sessions.revoke(tokens.session)


@pytest.mark.parametrize("act", [log_out, log_in_beyond_the_limit, revoke])
def test_other_ends_spare_what_was_begun(kit, clock, user, signed_in, act):
    clock.shift(1)
    child = begun_with(signed_in, user)

    act(kit, user, signed_in)

    assert row(signed_in).revoked_at is not None
    assert kit.get_with(child.access).status_code == 200


def test_a_project_that_finds_a_theft_ends_them_too(user, signed_in):
    child = begun_with(signed_in, user)

    sessions.revoke(user=user, keep=row(child).pk, reason=RevokedReason.REUSED)

    assert row(child).revoked_reason == RevokedReason.REUSED


def test_the_feed_has_them(user, signed_in, replay):
    feed.forget()
    child = begun_with(signed_in, user)
    sessions.authenticate_stateless(AccessToken(child.access))

    replay(signed_in)

    with pytest.raises(InvalidToken):
        sessions.authenticate_stateless(AccessToken(child.access))


def test_signals_tell_of_each_once(other_user, signed_in, replay, revoked):
    owner, stolen = signed_in.session.user_id, signed_in.session.pk
    child = begun_with(signed_in, other_user)

    replay(signed_in)

    told = [(row(child).pk, other_user.pk, "reused", 1), (stolen, owner, "reused", 1)]
    assert revoked == told


def test_log_lines_tell_of_them(other_user, signed_in, replay, caplog):
    child = begun_with(signed_in, other_user)
    caplog.set_level("INFO", logger="drf_jwt_kit")

    replay(signed_in)

    line = f"event=revoked session={row(child).pk} user={other_user.pk} reason=reused count=1"
    assert line in caplog.messages


def test_several_of_one_user_are_told_of_together(user, signed_in, replay, revoked):
    begun_with(signed_in, user), begun_with(signed_in, user)

    replay(signed_in)

    assert (None, user.pk, "reused", 2) in revoked


@pytest.mark.parametrize("reason", RevokedReason)
def test_a_login_under_way_ends_with_its_parent(user, signed_in, monkeypatch, reason):
    """The parent ends after the row is stored, and before the login looks at it."""
    request = with_token(signed_in)
    look = descendants.end_of_parent

    def found_first(parent):
        sessions.revoke(signed_in.session, reason=reason)
        return look(parent)

    monkeypatch.setattr(descendants, "end_of_parent", found_first)

    with pytest.raises(InvalidToken) as refused:
        sessions.start(user, request)
    assert refused.value.reason == "session_ended"
    assert {row.revoked_reason for row in Session.objects.all()} == {reason}


@pytest.mark.parametrize("reason", RevokedReason)
def test_a_login_that_comes_too_late_is_refused(user, signed_in, reason):
    request = with_token(signed_in)
    sessions.revoke(signed_in.session, reason=reason)

    with pytest.raises(InvalidToken):
        sessions.start(user, request)
    assert not rows.stored().filter(revoked_at=None).exists()


def test_a_theft_found_in_a_transaction_ends_what_that_has_not_seen(user, signed_in):
    with transaction.atomic():
        sessions.revoke(signed_in.session, reason=RevokedReason.REUSED)
        child = sessions.start(user)  # stored after the last look
        Session.objects.filter(pk=row(child).pk).update(parent=signed_in.session.pk)
        assert row(child).revoked_at is None

    assert row(child).revoked_reason == RevokedReason.REUSED


def test_flush_hands_on_what_was_begun(kit, user, clock, replay):
    root = kit.sign_in(user)
    middle = begun_with(root, user)
    lower = begun_with(middle, user)
    lowest = begun_with(lower, user)
    kit.logout(middle.refresh)
    kit.logout(lower.refresh)
    clock.shift(timedelta(hours=2))

    list(flush())

    assert Session.objects.count() == 2
    assert row(lowest).parent == row(root).pk
    replay(root)
    assert row(lowest).revoked_reason == RevokedReason.REUSED


def test_flush_stops_at_rows_that_are_each_others_parents(kit, user, signed_in, clock):
    child = begun_with(signed_in, user)
    left = begun_with(child, user)
    Session.objects.filter(pk=signed_in.session.pk).update(parent=row(child).pk)
    kit.logout(signed_in.refresh)
    kit.logout(child.refresh)
    clock.shift(timedelta(hours=2))

    list(flush())

    assert Session.objects.get() == row(left)
    assert row(left).parent is None
