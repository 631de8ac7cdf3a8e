"""What happens to sessions around a change of clocks.

Run as a process beside a database: ``python -m tests.moments.story WITH_TZ ZONE STEP``. It prints a
line for each story, with what went wrong in it. ``STEP`` is ``tell``, or ``read``, which finds the
rows that an earlier process has left, under other settings.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import django
import time_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AUTUMN = {
    "Europe/Berlin": (datetime(2026, 10, 25, 1, tzinfo=timezone.utc), timedelta(hours=1)),
    "America/New_York": (datetime(2026, 11, 1, 6, tzinfo=timezone.utc), timedelta(hours=1)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=timezone.utc), timedelta(minutes=30)),
}
"""When clocks are put back, and by how much."""
SPRING = {
    "Europe/Berlin": datetime(2026, 3, 29, 1, tzinfo=timezone.utc),
    "America/New_York": datetime(2026, 3, 8, 7, tzinfo=timezone.utc),
    "Australia/Lord_Howe": datetime(2026, 10, 3, 15, 30, tzinfo=timezone.utc),
}
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
SHORT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "REFRESH_TOKEN_LIFETIME": timedelta(minutes=20),
}


class Change:
    """The hour, or half of one, that the zone repeats, and the one that it leaves out."""

    def __init__(self, zone: str) -> None:
        self.at, self.repeated = AUTUMN[zone]
        self.spring = SPRING[zone]

    def first(self, part: float) -> datetime:
        """A moment of the repeated time, when it comes first."""
        return self.at - self.repeated + part * self.repeated

    def second(self, part: float) -> datetime:
        """The moment at which a clock shows the same once more."""
        return self.at + part * self.repeated


@contextmanager
def at(moment: datetime) -> Iterator[Any]:
    with time_machine.travel(moment.timestamp(), tick=False) as traveller:
        yield traveller


def log_in() -> Any:
    from tests.conftest import Kit

    return Kit().sign_in(user())


def user() -> Any:
    from django.contrib.auth import get_user_model

    from tests.conftest import make_user

    return get_user_model().objects.filter(username="ada").first() or make_user("ada")


def status(token: str) -> int:
    from tests.conftest import Kit

    return Kit().refresh(token).status_code


def shown(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def replay_is_theft(change: Change) -> None:
    """An old token that is replayed when clocks show the time of its rotation again is theft."""
    from drf_jwt_kit.models import Session
    from tests.conftest import Kit

    with at(change.first(0.5)):
        stolen = log_in()
        Kit().rotate(stolen.refresh)
    with at(change.second(0.5)):
        assert status(stolen.refresh) == 401
    assert Session.objects.get().revoked_reason == "reused"


def current_rotates(change: Change) -> None:
    """The current token is no duplicate then: its session goes on to the next generation."""
    from drf_jwt_kit.models import Session
    from tests.conftest import Kit

    with at(change.first(0.5)):
        current = Kit().rotate(log_in().refresh)
    with at(change.second(0.5)):
        Kit().rotate(current.refresh)
    assert Session.objects.get().generation == 2


def duplicates_count_in_both(change: Change) -> None:
    """A duplicate within the leeway is honest, whichever of the two times it is."""
    from tests.conftest import Kit

    for moment in (change.first(0.5), change.second(0.5), change.at - SECOND):
        with at(moment) as clock:
            tab = log_in()
            Kit().rotate(tab.refresh)
            clock.shift(5 * SECOND)
            assert status(tab.refresh) == 200


def revoke_all_catches_before(change: Change) -> None:
    """A login before the end of all has ended, though clocks showed a later time at it."""
    from drf_jwt_kit import sessions
    from tests.conftest import Kit

    with at(change.first(0.9)):
        tokens = log_in()
    with at(change.second(0.1)):
        sessions.revoke_all()
    with at(change.second(0.1) + SECOND):
        assert Kit().get_with(tokens.access).status_code == 401
        assert status(tokens.refresh) == 401


def revoke_all_spares_after(change: Change) -> None:
    """A login after the end of all goes on, though clocks showed an earlier time at it."""
    from drf_jwt_kit import sessions
    from tests.conftest import Kit

    with at(change.first(0.9)):
        sessions.revoke_all()
    with at(change.second(0.1)):
        tokens = log_in()
        assert Kit().get_with(tokens.access).status_code == 200
        assert status(tokens.refresh) == 200


def tokens_live_as_long(change: Change) -> None:
    """Tokens live as long as the settings say, whenever they were made."""
    from django.test import override_settings

    from tests.conftest import claims_of

    spring = [change.spring - 10 * MINUTE, change.spring, change.spring + 10 * MINUTE]
    autumn = [change.first(0.5), change.second(0.5), change.at - SECOND, change.at]
    with override_settings(DRF_JWT_KIT=SHORT):
        for moment in (*spring, *autumn):
            with at(moment) as clock:
                tokens, other = log_in(), log_in()
                left = claims_of(tokens.refresh)["exp"] - moment.timestamp()
                assert left == 20 * 60, (moment, left)
                assert claims_of(tokens.access)["exp"] - moment.timestamp() == 5 * 60
                clock.shift(19 * MINUTE)
                assert status(tokens.refresh) == 200, moment
                clock.shift(MINUTE)
                assert status(other.refresh) == 401, moment


def database_adds_as_python(change: Change) -> None:
    """A day without a refresh has 24 hours in a query too, when clocks are changed within it."""
    from drf_jwt_kit.models import Session

    for moment in (change.at, change.spring):
        with at(moment - 12 * 60 * MINUTE) as clock:
            log_in()
            clock.shift(DAY - SECOND)
            assert Session.objects.live().count() == 1, moment
            assert Session.objects.ended().count() == 0, moment
            clock.shift(SECOND)
            assert Session.objects.live().count() == 0, moment
            assert Session.objects.ended().count() == 1, moment
        Session.objects.all().delete()


def flush_deletes_the_dead(change: Change) -> None:
    """A flush deletes what has been dead for twenty minutes, and only that."""
    from drf_jwt_kit import sessions
    from drf_jwt_kit.models import Session
    from drf_jwt_kit.sessions.flush import flush

    def left() -> int:
        [*flush(batch_size=1)]
        return Session.objects.count()

    for moment in (change.first(0.5), change.second(0.5), change.at - SECOND, change.spring):
        with at(moment) as clock:
            log_in()
            sessions.revoke(log_in().session.pk)
            clock.shift(20 * MINUTE - SECOND)
            assert left() == 2, moment
            clock.shift(SECOND)
            assert left() == 1, moment
        Session.objects.all().delete()


def flush_keeps_the_end_of_all(change: Change) -> None:
    """A flush keeps the end of all as long as it ends somebody."""
    from drf_jwt_kit import sessions
    from drf_jwt_kit.sessions.flush import flush

    with at(change.first(0.1)):
        tokens = log_in()
    with at(change.first(0.5)):
        sessions.revoke_all()
    with at(change.second(0.5)):
        [*flush(batch_size=1)]
    with at(change.second(0.9)):
        assert status(tokens.refresh) == 401


def lists_show_the_moments(change: Change) -> None:
    """The list of devices shows which moment is meant, and the newest login first."""
    from tests.conftest import Kit

    with at(change.first(0.9)):
        Kit().rotate(log_in().refresh)
    with at(change.second(0.1)):
        access = log_in().access
        newer, older = Kit().sessions(access)
    assert shown(newer["created_at"]) == change.second(0.1), newer
    assert shown(newer["last_used_at"]) == change.second(0.1), newer
    assert shown(newer["expires_at"]) == change.second(0.1) + 30 * DAY, newer
    assert shown(older["created_at"]) == change.first(0.9), older
    assert shown(older["last_used_at"]) == change.first(0.9), older
    assert shown(older["expires_at"]) == change.first(0.9) + DAY, older


def oldest_is_pushed_out(change: Change) -> None:
    """Under a limit of sessions, the one that began first is ended."""
    from django.test import override_settings

    with override_settings(DRF_JWT_KIT={"MAX_SESSIONS_PER_USER": 1}):
        with at(change.first(0.9)):
            older = log_in()
        with at(change.second(0.1)):
            newer = log_in()
            assert status(older.refresh) == 401
            assert status(newer.refresh) == 200


def feed_knows_every_end(change: Change) -> None:
    """A process knows every end of the last minutes, and of none that is long ago."""
    from drf_jwt_kit import sessions
    from drf_jwt_kit.sessions.revocations import read

    with at(change.first(0.9)):
        first = log_in().session.pk
        sessions.revoke(first)
    with at(change.second(0.1)) as clock:
        before = read(None)
        assert first in before
        second = log_in().session.pk
        sessions.revoke(second)
        assert second in read(before)
        assert first in read(before)
        clock.shift(change.repeated - 2 * SECOND)
        assert len(read(None)) == 0


def moments_come_back(change: Change) -> None:
    """Every time is read as the moment that was written, as an object, by value and by lookup."""
    from django.utils.timezone import is_aware

    from drf_jwt_kit.conf.moments import aware
    from drf_jwt_kit.models import Session

    moments = (change.first(0.5), change.second(0.5), change.spring, change.spring - SECOND)
    for moment in (one + timedelta(microseconds=123_456) for one in moments):
        with at(moment):
            session = log_in().session
        assert aware(session.created_at) == moment, session.created_at
        assert is_aware(session.created_at) == (os.environ["WITH_TZ"] == "yes")
        found = Session.objects.filter(created_at=moment)
        assert aware(found.values_list("created_at", flat=True).get()) == moment
        assert Session.objects.filter(created_at=session.created_at).get() == session
        assert Session.objects.filter(created_at__lt=moment).exclude(pk=session.pk).count() == 0
        Session.objects.all().delete()


def dates_are_local(change: Change) -> None:
    """A lookup by date, hour or year asks for those of the project's zone."""
    from zoneinfo import ZoneInfo

    from django.db import connection

    from drf_jwt_kit.models import Session

    if connection.vendor == "mysql":  # whose tables of zones are empty here, as Django says
        return
    zone, eve = ZoneInfo(os.environ["ZONE"]), datetime(2026, 12, 31, 13, 30, tzinfo=timezone.utc)
    for moment in (eve, eve + timedelta(hours=10), eve + timedelta(hours=15)):
        with at(moment):
            log_in()
        local = moment.astimezone(zone)
        parts = ("year", "month", "day", "hour", "minute")
        asked = {"date": local.date(), **{part: getattr(local, part) for part in parts}}
        for name, value in asked.items():
            found = Session.objects.filter(**{f"created_at__{name}": value}).count()
            assert found == 1, (moment, name, value)
        assert Session.objects.filter(created_at__year__gt=local.year).count() == 0
        Session.objects.all().delete()


STORIES: tuple[Callable[[Change], None], ...] = (
    replay_is_theft,
    current_rotates,
    duplicates_count_in_both,
    revoke_all_catches_before,
    revoke_all_spares_after,
    tokens_live_as_long,
    database_adds_as_python,
    flush_deletes_the_dead,
    flush_keeps_the_end_of_all,
    lists_show_the_moments,
    oldest_is_pushed_out,
    feed_knows_every_end,
    moments_come_back,
    dates_are_local,
)


def tell(change: Change) -> Iterator[str]:
    from drf_jwt_kit.models import Cutoff, Session

    for story in STORIES:
        wrong = ""
        try:
            story(change)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
            wrong = f"{type(error).__name__} {error}".replace("\n", " ")
        Session.objects.all().delete()
        Cutoff.objects.all().delete()
        yield f"{story.__name__}\t{wrong}"


def main(step: str, zone: str) -> None:
    django.setup()

    from django.core.management import call_command

    from drf_jwt_kit.models import Session

    change = Change(zone)
    if step == "tell":
        call_command("migrate", verbosity=0)
        for line in tell(change):
            print(line)
        for moment in (change.first(0.5), change.second(0.5)):
            with at(moment):
                log_in()
    from drf_jwt_kit.conf.moments import aware

    left = Session.objects.order_by("created_at").values_list("created_at", "expires_at")
    print("left", *(int(aware(moment).timestamp()) for row in left for moment in row), sep="\t")


if __name__ == "__main__":
    os.environ["WITH_TZ"], os.environ["ZONE"] = sys.argv[1:3]
    main(sys.argv[3], sys.argv[2])
