"""How are times stored: with a time zone, or as local time if USE_TZ is off?

Only this file converts between the two. The engine uses aware times and epoch seconds; only the
table holds the form that USE_TZ asks for.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from django.conf import settings as django_settings
from django.utils import timezone as project_time


def aware(moment: datetime) -> datetime:
    """A time from the table as an aware time: in the project's zone if it has none."""
    if project_time.is_naive(moment):
        return project_time.make_aware(moment, project_time.get_default_timezone())
    return moment


def epoch(moment: datetime) -> int:
    """A time from the table as whole seconds since 1970 (RFC 7519 section 2)."""
    return int(aware(moment).timestamp())


def whole_second(moment: datetime) -> datetime:
    """``moment``, rounded up to the next whole second: logins from then on are after it."""
    return moment.replace(microsecond=0) + timedelta(seconds=moment.microsecond > 0)


def as_stored(moment: datetime) -> datetime:
    """An aware ``moment`` in the form that the table has."""
    if django_settings.USE_TZ:
        return moment
    local = project_time.make_naive(moment, project_time.get_default_timezone())
    return local.replace(fold=0)  # which no table remembers


def as_stored_at_the_earliest(moment: datetime) -> datetime:
    """The same, to find everything that came after ``moment``.

    Without USE_TZ, local times repeat an hour when clocks are put back. This is the earlier of
    the two possible times.
    """
    if django_settings.USE_TZ:
        return moment
    ago = datetime.now(timezone.utc) - moment
    return min(as_stored(moment), project_time.now() - ago)
