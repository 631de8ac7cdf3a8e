"""What does presenting a refresh token mean? A pure decision: no clock, no database, no framework.

Rotation with reuse detection (RFC 9700 section 4.14.2), and one advance for each leeway, so
that tabs which wake together are never two generations behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class Account(Enum):
    """What has become of a session's user since it logged in."""

    ACTIVE = "active"
    GONE = "user_gone"
    INACTIVE = "user_inactive"
    PASSWORD_CHANGED = "password_changed"


class Verdict(Enum):
    """What follows from presenting a refresh token."""

    ROTATE = "rotate"
    REPEAT_TOO_SOON = "too_soon"
    REPEAT_CONCURRENT = "concurrent"
    REPEAT_RETRIED = "retried"
    FORGED = "forged"
    REVOKED = "revoked"
    CUT_OFF = "cut_off"
    EXPIRED = "expired"
    USER_GONE = "user_gone"
    USER_INACTIVE = "user_inactive"
    PASSWORD_CHANGED = "password_changed"
    AHEAD = "ahead"
    REUSED = "reused"

    @property
    def accepts(self) -> bool:
        """Whether the client gets tokens."""
        return self in _ACCEPTED


_ACCEPTED = {
    Verdict.ROTATE,
    Verdict.REPEAT_TOO_SOON,
    Verdict.REPEAT_CONCURRENT,
    Verdict.REPEAT_RETRIED,
}


@dataclass(frozen=True, kw_only=True)
class SessionState:
    """A session's row at the moment of judging."""

    generation: int
    rotated_at: datetime | None
    refreshable_until: datetime
    revoked: bool
    cut_off: bool
    """Its login lies before the moment at which all sessions were ended."""
    account: Account


@dataclass(frozen=True, kw_only=True)
class Presented:
    """What the client sent, compared with the row."""

    generation: int
    genuine: bool
    """Its ``jti`` is the one this row gives that generation, and it names the row's user."""
    has_retry_key: bool
    """It came with the retry key of the row's last rotation."""


def judge(
    row: SessionState,
    presented: Presented,
    *,
    now: datetime,
    leeway: timedelta,
    retry_window: timedelta,
) -> Verdict:
    """Say what presenting a refresh token means for ``row``.

    ``leeway`` is how long an honest duplicate still counts; zero is strict one-time use.
    ``retry_window`` is how long a lost answer can be collected with its retry key. Both are
    counted from the last rotation, on either side of it, since another machine's clock may
    be ahead. ``now`` is an aware datetime. Never raises.

    Source: RFC 9700 section 4.14.2.
    """
    if not presented.genuine:
        return Verdict.FORGED
    if row.revoked:
        return Verdict.REVOKED
    if row.cut_off:
        return Verdict.CUT_OFF
    if now >= row.refreshable_until:
        return Verdict.EXPIRED
    if row.account is not Account.ACTIVE:
        return Verdict(row.account.value)
    return _judge_generation(
        row,
        presented,
        since_rotation=_distance(now, row.rotated_at),
        leeway=leeway,
        retry_window=retry_window,
    )


def _judge_generation(
    row: SessionState,
    presented: Presented,
    *,
    since_rotation: timedelta | None,
    leeway: timedelta,
    retry_window: timedelta,
) -> Verdict:
    if presented.generation > row.generation:
        return Verdict.AHEAD
    if presented.generation == row.generation:
        too_soon = since_rotation is not None and since_rotation < leeway
        return Verdict.REPEAT_TOO_SOON if too_soon else Verdict.ROTATE
    if presented.generation == row.generation - 1 and since_rotation is not None:
        if since_rotation < leeway:
            return Verdict.REPEAT_CONCURRENT
        if presented.has_retry_key and since_rotation < retry_window:
            return Verdict.REPEAT_RETRIED
    return Verdict.REUSED


def _distance(now: datetime, then: datetime | None) -> timedelta | None:
    return None if then is None else abs(now - then)
