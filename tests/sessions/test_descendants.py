"""The end of what was begun with stolen tokens: however much it is, and if the database fails."""

import pytest
from django.db import OperationalError, connection, transaction

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import descendants, grant

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def begin(user):
    """Store sessions that were begun with tokens of one: side by side, or each with the last."""

    def begin(parent, count, *, in_a_chain=False):
        begun = []
        for _ in range(count):
            begun.append(grant.new_session(user))
            begun[-1].parent, parent = parent, begun[-1].pk if in_a_chain else parent
        Session.objects.bulk_create(begun, batch_size=50)

    return begin


@pytest.fixture
def replay(kit, signed_in, past_leeway):
    kit.rotate(signed_in.refresh)
    past_leeway()
    return lambda: kit.refresh(signed_in.refresh).status_code


@pytest.fixture
def failing(monkeypatch):
    """Let the question for what was begun fail so many times."""
    live = descendants.live

    def failing(times):
        left = [OperationalError(3636, "Recursive query aborted.")] * times

        def ask(*args, **more):
            if left:
                raise left.pop()
            return live(*args, **more)

        monkeypatch.setattr(descendants, "live", ask)

    return failing


def reasons():
    return set(Session.objects.values_list("revoked_reason", flat=True))


@pytest.mark.parametrize("in_a_chain", [False, True])
def test_all_of_it_ends_however_much_it_is(signed_in, begin, replay, monkeypatch, in_a_chain):
    monkeypatch.setattr(type(connection.features), "max_query_params", 12)
    begin(signed_in.session.pk, 5, in_a_chain=in_a_chain)

    assert replay() == 401
    assert (reasons(), Session.objects.count()) == ({RevokedReason.REUSED}, 6)


def test_asking_costs_a_query_for_each_level(signed_in, begin, queries):
    first = signed_in.session.pk
    begin(first, 3, in_a_chain=True)

    with queries() as made:
        descendants.live([first], but=[])

    assert len(made) == 4


def test_what_an_older_snapshot_shows_as_live_is_not_asked_about_for_ever(
    signed_in, begin, replay, monkeypatch
):
    """At REPEATABLE READ, what others have ended is shown as it was."""
    begin(signed_in.session.pk, 1)
    sessions.revoke(Session.objects.get(parent=signed_in.session.pk))
    read = descendants._begun_with
    older = lambda parents: ((pk, user, None) for pk, user, _ in read(parents))  # noqa: E731
    monkeypatch.setattr(descendants, "_begun_with", older)

    assert replay() == 401
    assert reasons() == {RevokedReason.REUSED, RevokedReason.BY_PROJECT}


class TestIfTheDatabaseFails:
    def test_what_was_stolen_has_ended_even_so(self, signed_in, replay, failing):
        failing(100)

        assert [replay(), replay()] == [503, 401]
        assert signed_in.session.revoked_reason == RevokedReason.REUSED

    def test_what_was_begun_is_asked_for_once_more(self, signed_in, begin, replay, failing):
        begin(signed_in.session.pk, 2)
        failing(3)

        assert replay() == 401
        assert reasons() == {RevokedReason.REUSED}

    def test_a_transaction_of_the_projects_own_is_given_up(self, signed_in, failing):
        failing(100)

        with pytest.raises(ServiceUnavailable), transaction.atomic():
            sessions.revoke(signed_in.session, reason=RevokedReason.REUSED)

        assert signed_in.session.revoked_at is None

    def test_a_look_after_the_commit_makes_no_error_of_what_has_ended(self, signed_in, failing):
        with transaction.atomic():
            sessions.revoke(signed_in.session, reason=RevokedReason.REUSED)
            failing(100)

        assert signed_in.session.revoked_reason == RevokedReason.REUSED
