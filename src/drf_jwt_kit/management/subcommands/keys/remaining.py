"""What does a key that signs no more still verify, and when is that over?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from django.utils.timezone import get_default_timezone, is_naive, make_aware

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.sessions.upkeep import written_between

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """How many sessions need the key to be refreshed, and when nobody needs it any more."""

    sessions: int
    until: datetime

    @property
    def is_over(self) -> bool:
        """Whether taking the key away logs nobody out."""
        return now() >= self.until


def what_remains(made: datetime | None, retired: datetime) -> Remaining:
    """What is alive of the tokens of a key that was made at ``made`` and has retired.

    Other processes may have signed with it until they read their keys again. Raises
    ServiceUnavailable where the session table cannot be asked.
    """
    settings = get_settings()
    signed_until = retired + settings.KEYS_RELOAD_INTERVAL
    census = written_between(made, signed_until)
    access_tokens_end = signed_until + settings.ACCESS_TOKEN_LIFETIME
    ends = [access_tokens_end] if census.until is None else [access_tokens_end, census.until]
    return Remaining(
        sessions=census.count, until=max(_aware(end) for end in ends) + settings.LEEWAY
    )


def now() -> datetime:
    """This moment, whatever USE_TZ says."""
    return datetime.now(timezone.utc)


def shown_age(since: datetime) -> str:
    """How long ago ``since`` was, in its largest unit."""
    age: timedelta = now() - since
    seconds = max(int(age.total_seconds()), 0)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _aware(moment: datetime) -> datetime:
    aware = make_aware(moment, get_default_timezone()) if is_naive(moment) else moment
    return aware.astimezone(timezone.utc)
