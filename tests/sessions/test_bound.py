"""``live_until`` is never earlier than a session's end, and stands in nobody's way."""

from datetime import timedelta

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
