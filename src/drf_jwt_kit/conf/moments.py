"""How does this project write a moment down? With its time zone, or as local time: USE_TZ is off.

The one place that turns one into the other. The engine reckons with aware times and with epoch
seconds; only the table holds what the project's setting asks for.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from django.conf import settings as django_settings
from django.utils import timezone as project_time


def aware(moment: datetime) -> datetime:
    """``moment`` as the table has it, with its zone: that of the project where it has none."""
    if project_time.is_naive(moment):
        return project_time.make_aware(moment, project_time.get_default_timezone())
    return moment


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970 (RFC 7519 section 2) of a moment as the table has it."""
    return int(aware(moment).timestamp())


def whole_second(moment: datetime) -> datetime:
    """``moment``, or the next whole second: the first one whose logins are after it."""
    return moment.replace(microsecond=0) + timedelta(seconds=moment.microsecond > 0)


def as_stored(moment: datetime) -> datetime:
    """An aware ``moment`` as the table has it."""
    if django_settings.USE_TZ:
        return moment
    local = project_time.make_naive(moment, project_time.get_default_timezone())
    return local.replace(fold=0)  # which no table remembers


def as_stored_at_the_earliest(moment: datetime) -> datetime:
    """The same for a question about what came after ``moment``.

    Without USE_TZ, local times run twice through an hour when clocks are put back: this is the
    earlier of the two meanings.
    """
    if django_settings.USE_TZ:
        return moment
    ago = datetime.now(timezone.utc) - moment
    return min(as_stored(moment), project_time.now() - ago)
