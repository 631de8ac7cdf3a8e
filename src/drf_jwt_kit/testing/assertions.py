"""Is a session live, or has it ended and why? For a test, which must not guess at the table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_jwt_kit.sessions import RevokedReason, TokenPair, rows
from drf_jwt_kit.sessions.life import End
from drf_jwt_kit.sessions.presented import sid_of


def assert_session_ended(session: Any, *, reason: str | None = None) -> None:
    """Fail unless the session has ended, for ``reason`` if that is given.

    ``session`` is a Session, its id, a TokenPair, or a token of either kind. The reasons are those
    of ``sessions.RevokedReason``; of sessions that nobody ended: ``cut_off``, ``idle``,
    ``too_old``, ``user_gone``, ``user_inactive``, ``password_changed``. A session without a row has
    ended as ``unknown``.
    """
    why = _end_of(session)
    if why is None:
        raise AssertionError("The session is live.")
    if reason is not None and why != reason:
        raise AssertionError(f"The session has ended as {why!r}, not as {str(reason)!r}.")


def assert_session_live(session: Any) -> None:
    """Fail unless a refresh would still accept the session; ``session`` is the same."""
    why = _end_of(session)
    if why is not None:
        raise AssertionError(f"The session has ended as {why!r}.")


def _end_of(session: Any) -> str | None:
    row, user = rows.find_again(_id_of(session))
    if row is None:
        return "unknown"
    end = rows.end_of_session(row, user)
    if end is End.REVOKED:
        return row.revoked_reason or RevokedReason.BY_PROJECT.value
    return None if end is None else end.value


def _id_of(session: Any) -> UUID:
    token = session.access if isinstance(session, TokenPair) else session
    named = sid_of(token) if isinstance(token, str) else None
    try:
        return named or rows.id_of(getattr(token, "session_id", token))
    except TypeError:
        raise TypeError("Give a Session, its id, a TokenPair, or a token of a session.") from None
