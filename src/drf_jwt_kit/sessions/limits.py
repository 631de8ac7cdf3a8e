"""How long may a session live, and how many may its user have? By settings and SESSION_LIMITS.

The limits are written into the row at login and do not change later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import as_local, aware
from drf_jwt_kit.exceptions import LimitsError
from drf_jwt_kit.jose.codec import ACCEPTED_AHEAD
from drf_jwt_kit.models import RevokedReason, Session, database

from . import rows
from .account import accepted_fingerprints
from .end import end
from .faults import persistent

_SHORTEST = timedelta(seconds=1)  # tokens know whole seconds
_LONGEST = timedelta(days=36_500)  # added to the day of a login, it must still be a date


@dataclass(frozen=True, kw_only=True)
class SessionLimits:
    """The limits that ``SESSION_LIMITS`` returns for one login; None means the project's setting.

    Raises LimitsError for a value that is not a timedelta in range, and for a number below 1.
    """

    refresh_lifetime: timedelta | None = None
    """How long the session lives without a refresh, in place of REFRESH_TOKEN_LIFETIME."""
    max_age: timedelta | None = None
    """How long it lives at most, in place of SESSION_MAX_AGE."""
    access_lifetime: timedelta | None = None
    """How long its access tokens live: at most ACCESS_TOKEN_LIFETIME."""
    max_sessions: int | None = None
    """How many live sessions the user may have with this one, in place of MAX_SESSIONS_PER_USER."""

    def __post_init__(self) -> None:
        given = {name: value for name, value in vars(self).items() if value is not None}
        most = given.pop("max_sessions", 1)
        if type(most) is not int or most < 1:
            raise LimitsError(
                f"SessionLimits(max_sessions={most!r}): it must be a whole number from 1 on, or "
                "None for MAX_SESSIONS_PER_USER."
            )
        for name, value in given.items():
            if not isinstance(value, timedelta) or not _SHORTEST <= value <= _LONGEST:
                raise LimitsError(
                    f"SessionLimits({name}={value!r}): it must be a timedelta from one second to "
                    "a hundred years, or None for the project's setting."
                )


def impose(session: Session, user: Any, request: Any) -> SessionLimits:
    """Write the limits of ``SESSION_LIMITS`` for this login into ``session``, and answer them.

    Makes no query, except those of that function. Raises LimitsError if it returned impossible
    limits, and whatever it raises itself.
    """
    settings = get_settings()
    limits = settings.load("SESSION_LIMITS")(user, request)
    if not isinstance(limits, SessionLimits):
        raise LimitsError(
            f"SESSION_LIMITS returned {type(limits).__name__}, not SessionLimits. Return "
            "drf_jwt_kit.sessions.SessionLimits() for users who have the project's settings."
        )
    session.refresh_lifetime = limits.refresh_lifetime or session.refresh_lifetime
    session.access_lifetime = limits.access_lifetime
    longest = limits.max_age or settings.SESSION_MAX_AGE
    session.expires_at = as_local(aware(session.created_at) + longest)
    _require_order(session, longest)
    return replace(limits, max_sessions=limits.max_sessions or settings.MAX_SESSIONS_PER_USER)


def end_excess(session: Session, user: Any, most: int, *, but: Collection[UUID] = ()) -> None:
    """End the oldest sessions of ``user``, so that ``most`` are left.

    Those in ``but`` are not counted: they end anyway.

    Called after ``session`` was inserted: of logins at the same time, the last one to look sees
    all of them. Inside open transactions they do not see each other, so each looks again after its
    commit. One query, and one more if a session must end.
    """

    def end_oldest() -> None:  # not a partial: Django logs its failure by name
        _end_oldest(session, user, most, but)

    end_oldest()
    if database.in_transaction():
        transaction.on_commit(end_oldest, using=database.write_alias(), robust=True)


@persistent
def _end_oldest(session: Session, user: Any, most: int, but: Collection[UUID]) -> None:
    live = rows.stored().live().filter(actor="")
    live = live.filter(user_id=user.pk, password_fingerprint__in=[*accepted_fingerprints(user)])
    # Where a test has stopped the clock, the login that was just made is still the newest.
    counted = [(at, pk) for at, pk in live.values_list("created_at", "pk") if pk not in but]
    ages = [(aware(at), pk == session.pk, pk) for at, pk in counted]
    excess = [pk for *_, pk in sorted(ages)[:-most]]
    if excess:
        only = excess[0] if len(excess) == 1 else None
        found = rows.stored().filter(pk__in=excess)
        end(found, RevokedReason.SESSION_LIMIT, session_id=only, user_id=user.pk)


def _require_order(session: Session, longest: timedelta) -> None:
    settings = get_settings()
    idle, access = session.refresh_lifetime, session.access_lifetime
    if access is not None and access > settings.ACCESS_TOKEN_LIFETIME:
        raise LimitsError(
            f"SESSION_LIMITS returned an access_lifetime ({access}) that is longer than "
            f"ACCESS_TOKEN_LIFETIME ({settings.ACCESS_TOKEN_LIFETIME}), which is how long an end "
            "is remembered. Raise the setting, and return a shorter one for other users."
        )
    if longest < idle:
        raise LimitsError(
            f"SESSION_LIMITS makes a session that lives for at most {longest} (max_age, or else "
            f"SESSION_MAX_AGE) but needs no refresh for {idle} (refresh_lifetime, or else "
            "REFRESH_TOKEN_LIFETIME). Return both, with max_age at least as long."
        )
    farthest = max(ACCEPTED_AHEAD, settings.SESSION_MAX_AGE)
    if idle > farthest:
        raise LimitsError(
            f"SESSION_LIMITS makes a refresh token that lives for {idle} (refresh_lifetime), but "
            f"a token that expires more than {farthest} from now is refused as forged. Return "
            "less, or raise SESSION_MAX_AGE."
        )
    access = access or settings.ACCESS_TOKEN_LIFETIME
    if idle < access:
        raise LimitsError(
            f"SESSION_LIMITS makes a session that ends without a refresh in {idle} "
            f"(refresh_lifetime), before its first access token, which lives for {access}. "
            "Return an access_lifetime that is not longer."
        )
