"""Without USE_TZ, autumn repeats an hour. What is over before it must not come back in it."""

import time
from datetime import datetime, timezone

import pytest
import time_machine
from django.test import override_settings

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.flush import flush
from drf_jwt_kit.tokens import RefreshToken

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
"""As POSIX writes it, for machines without a database of time zones."""


@pytest.fixture
def _in_berlin(monkeypatch):
    with override_settings(USE_TZ=False, TIME_ZONE="Europe/Berlin"):
        monkeypatch.setenv("TZ", BERLIN)
        time.tzset()
        yield
    monkeypatch.undo()
    time.tzset()


def at(hour, minute):
    """On the day that repeats the hour from 2 to 3; the time is that of Greenwich."""
    moment = datetime(2026, 10, 25, hour, minute, tzinfo=timezone.utc)
    return time_machine.travel(moment.timestamp(), tick=False)


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_berlin")
def test_a_session_of_before_the_end_of_all_stays_ended(user):
    with at(0, 5):
        pair = sessions.start(user)
    with at(0, 30):
        sessions.revoke_all()

    with at(1, 30):
        *_, progress = flush()

    with at(3, 0), pytest.raises(InvalidToken):
        sessions.would_refresh(RefreshToken(pair.refresh))
    assert Session.objects.count() == progress.kept
