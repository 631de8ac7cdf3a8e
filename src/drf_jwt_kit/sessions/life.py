"""Has a session ended and why, what follows from a refresh token, and which rows can be deleted?

This is the only place that decides, and it is pure: no clock, no database, no framework.
``models.SessionQuerySet`` has the same rule in SQL, as far as the table knows. Times are aware. A
login and a cut-off are compared in whole seconds since 1970, because tokens hold only these.

Rotation with reuse detection follows RFC 9700 section 4.14.2. A session advances once in each
leeway, so that tabs which refresh at the same time are never two generations behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

_FOLLOWED = 3
"""Rotations in a row, each of which was answered twice, that deserve a warning."""


class End(Enum):
    """Why a session has ended."""

    REVOKED = "revoked"
    CUT_OFF = "cut_off"
    """All sessions were ended after its login."""
    TOO_OLD = "too_old"
    IDLE = "idle"
    USER_GONE = "user_gone"
    USER_INACTIVE = "user_inactive"
    PASSWORD_CHANGED = "password_changed"


class Verdict(Enum):
    """The decision about a presented refresh token."""

    ROTATE = "rotate"
    REPEAT_CURRENT = "too_soon"
    REPEAT_CONCURRENT = "concurrent"
    REPEAT_RETRIED = "retried"
    COLLECT = "collected"
    FORGED = "forged"
    REVOKED = "revoked"
    CUT_OFF = "cut_off"
    EXPIRED = "expired"
    USER_GONE = "user_gone"
    USER_INACTIVE = "user_inactive"
    PASSWORD_CHANGED = "password_changed"
    AHEAD = "ahead"
    UNPROVEN = "unproven"
    """The session is bound to a device, and goes on there."""
    REUSED = "reused"

    @property
    def accepts(self) -> bool:
        """Whether the client gets new tokens."""
        return self in _ACCEPTED

    @property
    def advances(self) -> bool:
        """Whether they are those of the next generation."""
        return self in _ADVANCING


_ADVANCING = {Verdict.ROTATE, Verdict.COLLECT}
_ACCEPTED = {
    *_ADVANCING,
    Verdict.REPEAT_CURRENT,
    Verdict.REPEAT_CONCURRENT,
    Verdict.REPEAT_RETRIED,
}
_EXPIRED = {End.TOO_OLD, End.IDLE}


class Proof(Enum):
    """What is presented beside a refresh token, to show that it comes from its own device."""

    UNASKED = "unasked"
    """The session is bound to no device."""
    FITS = "fits"
    MISSING = "missing"
    """There is none, or it answers a challenge of before."""
    OF_ANOTHER = "of_another"
    """It is of another key than the session's, or of a session that has none."""

    @property
    def is_wanting(self) -> bool:
        """Whether the session asks for a better one."""
        return self in {Proof.MISSING, Proof.OF_ANOTHER}


class State(NamedTuple):
    """The row of a session, and what is known about its user, at the time of a decision."""

    generation: int
    created_at: datetime
    rotated_at: datetime | None
    refresh_lifetime: timedelta
    expires_at: datetime
    revoked_at: datetime | None
    auth_time: int
    valid_from: int | None
    """Sessions with a login before this second have ended."""
    account: End | None = None
    """The end that follows from a change of its user since the login."""
    access_lifetime: timedelta | None = None
    bound_since: int | None = None
    """The generation from which on it is bound to a key of its device."""

    @property
    def idle_limit(self) -> datetime:
        """When the session ends if it is not refreshed before."""
        return (self.rotated_at or self.created_at) + self.refresh_lifetime


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use of a refresh token, compared with its session's row."""

    generation: int
    genuine: bool
    """Its ``jti`` is that of the row for this generation, and it names the user of the row."""
    has_retry_key: bool
    """Its generation and retry key are those that the row was last rotated with."""
    proof: Proof = Proof.UNASKED


def is_cut_off(auth_time: int, valid_from: int | None) -> bool:
    """Whether a login (epoch seconds) was before the second from which logins are valid."""
    return valid_from is not None and auth_time < valid_from


def end_of(state: State, *, now: datetime) -> End | None:
    """Why a session has ended at ``now``, or None if it is live. Never raises."""
    if state.revoked_at is not None:
        return End.REVOKED
    if is_cut_off(state.auth_time, state.valid_from):
        return End.CUT_OFF
    if now >= state.expires_at:
        return End.TOO_OLD
    if now >= state.idle_limit:
        return End.IDLE
    return state.account


def judge(state: State, use: Use, *, now: datetime, leeway: timedelta) -> Verdict:
    """Decide what happens to a session whose refresh token is presented.

    ``leeway`` is how long an honest duplicate still counts; zero means strict one-time use. It is
    counted from the last rotation, before and after it, because another machine's clock may be
    ahead. Later, a lost answer is collected with its retry key, until the idle limit, and the row
    advances: whoever holds the answer that was lost is found when it is used. A proof that fits
    does what a retry key does, for any token of before: a thief has none. ``now`` is an aware
    datetime. Never raises.

    Source: RFC 9700 section 4.14.2; docs/explanation/refresh-theorem.md.
    """
    if not use.genuine:
        return Verdict.FORGED
    end = end_of(state, now=now)
    if end is not None:
        return Verdict.EXPIRED if end in _EXPIRED else Verdict(end.value)
    rotated_at = state.rotated_at
    repeats = rotated_at is not None and is_recent(rotated_at, now=now, leeway=leeway)
    return _judge_generation(state, use, repeats=repeats)


def is_recent(rotated_at: datetime, *, now: datetime, leeway: timedelta) -> bool:
    """Whether a duplicate of the rotation at ``rotated_at`` is still honest."""
    return abs(now - rotated_at) < leeway


def marked(duplicates: int) -> int:
    """The count of a session, after the answer of its last rotation was given once more.

    It is twice the number of rotations in a row before the last one that were answered twice, and
    one more if the last one was.
    """
    return duplicates | 1


def is_doubled(duplicates: int) -> bool:
    """Whether the answer of the last rotation was given more than once."""
    return duplicates == marked(duplicates)


def carried_on(duplicates: int) -> int:
    """The count after the next rotation: it goes on if the last rotation was answered twice."""
    return min(duplicates + 1, 2 * _FOLLOWED) if duplicates % 2 else 0


def becomes_followed(duplicates: int) -> bool:
    """Whether marking a session with this count makes it one whose refreshes somebody follows."""
    return duplicates == 2 * (_FOLLOWED - 1)


def is_dead(state: State, *, before: datetime, usual_access_lifetime: timedelta) -> bool:
    """Whether the row can be deleted, because its session ended by ``before``.

    ``before`` is so long ago that access tokens of ``usual_access_lifetime`` have expired. If the
    session's own access tokens live longer, the row is kept for longer.
    """
    ends = [state.expires_at, state.idle_limit]
    if state.revoked_at is not None:
        ends.append(state.revoked_at)
    if state.valid_from is not None and is_cut_off(state.auth_time, state.valid_from):
        ends.append(datetime.fromtimestamp(state.valid_from, timezone.utc))
    longer = (state.access_lifetime or timedelta(0)) - usual_access_lifetime
    return min(ends) + max(longer, timedelta(0)) <= before


def _judge_generation(state: State, use: Use, *, repeats: bool) -> Verdict:
    """Decide by the generation of a genuine token, which may be answered again if ``repeats``."""
    if use.generation > state.generation:
        return Verdict.AHEAD
    if use.proof.is_wanting:
        # Whoever has bound the session had a newer token by then: one of the two is a thief.
        is_older = state.bound_since is not None and use.generation < state.bound_since
        return Verdict.REUSED if is_older and not repeats else Verdict.UNPROVEN
    if use.generation == state.generation:
        return Verdict.REPEAT_CURRENT if repeats else Verdict.ROTATE
    if use.generation == state.generation - 1 and repeats:
        return Verdict.REPEAT_CONCURRENT
    if use.has_retry_key or use.proof is Proof.FITS:
        return Verdict.REPEAT_RETRIED if repeats else Verdict.COLLECT
    return Verdict.REUSED
