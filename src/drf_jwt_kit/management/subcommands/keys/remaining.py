"""What does a key that signs no more still verify, and when is that over?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from django.utils.timezone import get_default_timezone, is_naive, make_aware

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.keys.lifecycle import as_text
from drf_jwt_kit.sessions.upkeep import written_between

KEYS_COMMAND = "python manage.py jwtkit keys"


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """How many sessions need the key to be refreshed, and when nobody needs it any more."""

    sessions: int
    until: datetime

    @property
    def is_over(self) -> bool:
        """Whether removing the key logs nobody out."""
        return now() >= self.until


def what_remains(made: datetime | None, retired: datetime) -> Remaining | None:
    """What is alive of the tokens of a key that was made at ``made`` and has retired.

    Other processes may have signed with it until they read their keys again. None where the
    session table cannot be asked.
    """
    settings = get_settings()
    signed_until = retired + settings.KEYS_RELOAD_INTERVAL
    try:
        alive = written_between(made, signed_until)
    except ServiceUnavailable:
        return None
    access_tokens_end = signed_until + settings.ACCESS_TOKEN_LIFETIME
    ends = [access_tokens_end] if alive.until is None else [access_tokens_end, alive.until]
    return Remaining(sessions=alive.count, until=max(_aware(end) for end in ends) + settings.LEEWAY)


def told(kid: str, remaining: Remaining | None) -> str:
    """Who needs a retiring key, and when it may be removed, in a sentence."""
    if remaining is None:
        return f"{kid} is retiring. Who needs it is not known: the database cannot be asked."
    if remaining.is_over:
        return f"{kid} is retiring, and nobody needs it any more: {KEYS_COMMAND} remove {kid}"
    return (
        f"{kid} is retiring. Sessions that need it: {remaining.sessions}. It may be removed from "
        f"{as_text(remaining.until)} on: {KEYS_COMMAND} remove {kid}"
    )


def now() -> datetime:
    """This moment, whatever USE_TZ says."""
    return datetime.now(timezone.utc)


def _aware(moment: datetime) -> datetime:
    aware = make_aware(moment, get_default_timezone()) if is_naive(moment) else moment
    return aware.astimezone(timezone.utc)
