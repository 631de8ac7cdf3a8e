"""A worker of Django's tasks deletes what is no longer needed."""

from datetime import timedelta

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session

pytest.importorskip("django.tasks", reason="Django's tasks came with 6.0")

from drf_jwt_kit.contrib import tasks  # where there are tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def long_ended(clock, user):
    """A session that ended two days ago."""
    sessions.start(user)
    sessions.revoke(user=user)
    clock.shift(timedelta(days=2))


def test_what_is_enqueued_is_done(long_ended):
    result = tasks.flush.enqueue()

    assert result.is_finished
    assert not Session.objects.exists()


def test_it_keeps_what_it_is_told_to_keep(long_ended):
    tasks.flush.enqueue(keep_days=30)

    assert Session.objects.count() == 1


def test_a_live_session_stays(user):
    sessions.start(user)

    tasks.flush.enqueue()

    assert Session.objects.live().count() == 1
