"""What has happened in the last 24 hours, as far as the table knows? Two queries, with limits.

The table has the rows of logins and their ends. A refused request writes nothing, so that nobody
can have us write by asking: refusals are in the log and in ``contrib.otel`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, Q, Sum

from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.models import RevokedReason

from .rows import stored

MOST = 100_000
"""Logins, and ends, that are counted: the newest. An index finds them, among any number."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Number(NamedTuple):
    """How often something happened."""

    day: int
    hour: int


@dataclass(frozen=True, kw_only=True)
class LastDay:
    """Numbers of rows that are still there: ``flush`` deletes those that no longer matter."""

    logins: Number
    refreshed: Number
    """How many of these logins were refreshed, and how many of them lately."""
    bound: Number
    """How many of these logins are bound to a key of their device."""
    refreshes: int
    """How often their refresh tokens were rotated."""
    ends: dict[str, Number]
    """By ``RevokedReason``, and ``""`` for the reasons of the project's own."""
    is_cut: bool
    """There were more than MOST logins or ends, so that older ones are not counted."""


def last_day() -> LastDay:
    """What the table says now."""
    begun, ended = _begun(), _ended()
    ends = {
        reason: Number(ended[reason], ended[f"{reason}_lately"]) for reason in RevokedReason.values
    }
    known = [*ends.values()]
    days, hours = (sum(numbers) for numbers in zip(*known, strict=True))
    ends[""] = Number(ended["all"] - days, ended["all_lately"] - hours)
    return LastDay(
        logins=Number(begun["all"], begun["all_lately"]),
        refreshed=Number(begun["refreshed"], begun["refreshed_lately"]),
        bound=Number(begun["bound"], begun["bound_lately"]),
        refreshes=begun["rotations"] or 0,
        ends=ends,
        is_cut=MOST in (begun["all"], ended["all"]),
    )


def _begun() -> dict[str, int]:
    at = now()
    columns = ("created_at", "last_used_at", "generation", "bound_since")
    newest = stored().filter(created_at__gt=at - DAY).order_by("-created_at").values(*columns)
    lately = at - HOUR
    told: dict[str, int] = newest[:MOST].aggregate(
        all=Count("created_at"),
        all_lately=Count("created_at", filter=Q(created_at__gt=lately)),
        refreshed=Count("last_used_at"),
        refreshed_lately=Count("last_used_at", filter=Q(last_used_at__gt=lately)),
        bound=Count("bound_since"),
        bound_lately=Count("bound_since", filter=Q(created_at__gt=lately)),
        rotations=Sum("generation"),
    )
    return told


def _ended() -> dict[str, int]:
    at = now()
    newest = stored().filter(revoked_at__gt=at - DAY).order_by("-revoked_at")
    lately = Q(revoked_at__gt=at - HOUR)
    counts = {"all": Count("revoked_at"), "all_lately": Count("revoked_at", filter=lately)}
    for reason in RevokedReason.values:
        is_it = Q(revoked_reason=reason)
        counts[reason] = Count("revoked_at", filter=is_it)
        counts[f"{reason}_lately"] = Count("revoked_at", filter=is_it & lately)
    told: dict[str, int] = newest.values("revoked_at", "revoked_reason")[:MOST].aggregate(**counts)
    return told
