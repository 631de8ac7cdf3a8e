"""What time is it, and which moment is meant by a time of the project's?

A moment is an aware time in UTC, whatever zone it was given in: Python adds and compares two times
of one zone as wall times, and those repeat an hour in autumn. The engine knows only moments. A
project that has USE_TZ off knows local times; ``fold`` says which of two such a time is.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from django.conf import settings as django_settings
from django.utils import timezone as project_time


def now() -> datetime:
    """This moment. Not ``django.utils.timezone.now()``, which has no ``fold`` without USE_TZ."""
    return datetime.now(timezone.utc)


def local_now() -> datetime:
    """This moment as a time of the project's, as ``as_local`` has it."""
    return as_local(now())


def aware(moment: datetime) -> datetime:
    """``moment`` in UTC. If it has no zone, it is a local time of the project's."""
    if moment.tzinfo is timezone.utc:
        return moment
    if project_time.is_naive(moment):
        moment = moment.replace(tzinfo=project_time.get_default_timezone())
    return moment.astimezone(timezone.utc)


def as_local(moment: datetime) -> datetime:
    """``moment`` as a time of the project's: without USE_TZ its local time, or else in UTC."""
    moment = aware(moment)
    if django_settings.USE_TZ:
        return moment
    return moment.astimezone(project_time.get_default_timezone()).replace(tzinfo=None)


def epoch(moment: datetime) -> int:
    """``moment`` as whole seconds since 1970 (RFC 7519 section 2)."""
    return int(aware(moment).timestamp())


def whole_second(moment: datetime) -> datetime:
    """``moment`` in UTC, rounded up to the next whole second: logins from then on are after it."""
    moment = aware(moment)
    return moment.replace(microsecond=0) + timedelta(seconds=moment.microsecond > 0)
