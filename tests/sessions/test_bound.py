"""``live_until`` is never earlier than a session's end, and stands in nobody's way."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db.models import F
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session

pytestmark = pytest.mark.django_db
LATER = timedelta(days=3)


@pytest.fixture
def idle(signed_in):
    """A row that ended because it was not refreshed; a longer lifetime would let it go on."""
    row = signed_in.session
    row.created_at = timezone.now() - timedelta(days=2)
    row.save()
    assert not Session.objects.live().exists()
    return row


def is_live_for_everybody(user):
    return (Session.objects.live().count(), len(sessions.live_sessions(user))) == (1, 1)


def test_follows_a_save_of_what_was_read(idle, user):
    row = Session.objects.only("refresh_lifetime").get()
    row.refresh_lifetime = LATER
    row.save()

    assert is_live_for_everybody(user)


def test_passes_over_a_session_that_was_left_alone_after_a_refresh(clock, kit, signed_in):
    """At the latest after twice its lifetime without a refresh, and not at its greatest age."""
    tokens = signed_in
    for _ in range(30):
        clock.shift(timedelta(hours=1))
        tokens = kit.rotate(tokens.refresh)
    row = tokens.session

    assert row.refreshable_until <= row.live_until
    assert row.live_until <= row.refreshable_until + row.refresh_lifetime < row.expires_at


def test_moves_once_in_a_lifetime(clock, kit, signed_in):
    """So that PostgreSQL can update the row in place at nearly every refresh."""
    tokens, bounds = signed_in, []
    for _ in range(50):  # each of two lasts for a refresh at its last moment as well
        clock.shift(timedelta(hours=1))
        tokens = kit.rotate(tokens.refresh)
        bounds.append(tokens.session.live_until)

    assert len(set(bounds)) == 2


def test_is_never_later_than_the_greatest_age(clock, kit, signed_in):
    Session.objects.update(expires_at=signed_in.session.created_at + timedelta(hours=30))
    clock.shift(timedelta(hours=20))

    row = kit.rotate(signed_in.refresh).session

    assert row.live_until == row.expires_at


def test_is_not_too_early_if_the_session_is_lengthened_during_its_refresh(
    clock, kit, signed_in, monkeypatch
):
    """The refresh begins anew with the row as it is then."""
    refreshing = import_module("drf_jwt_kit.sessions.refresh")
    stored = refreshing.store
    lengthened = iter([LATER])

    def overtaken(*args):
        for lifetime in lengthened:
            Session.objects.update(refresh_lifetime=lifetime)
        return stored(*args)

    monkeypatch.setattr(refreshing, "store", overtaken)
    clock.shift(timedelta(hours=1))

    row = kit.rotate(signed_in.refresh).session

    assert row.refresh_lifetime == LATER
    assert row.live_until >= row.refreshable_until


def test_a_save_takes_any_iterable_of_names(idle):
    idle.refresh_lifetime = LATER
    idle.save(update_fields=(name for name in ["refresh_lifetime"]))

    idle.refresh_from_db()
    assert idle.refresh_lifetime == LATER


@pytest.mark.parametrize("column", ["expires_at", "created_at", "refresh_lifetime"])
def test_a_save_takes_an_expression(signed_in, column):
    row = signed_in.session
    setattr(row, column, F(column) + timedelta(hours=1))

    row.save(update_fields=[column])

    assert Session.objects.live().exists()
