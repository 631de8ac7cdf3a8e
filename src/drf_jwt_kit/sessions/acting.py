"""Who acts as a user, and what follows? Support staff, for half an hour, in the user's own name.

The session is the user's, and says whose doing it is: in its tokens (``act``), in the log, and in
the user's list of devices. Source of the claim: RFC 8693 section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from drf_jwt_kit.conf.moments import as_local, aware, now
from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.exceptions import NoActiveAccount
from drf_jwt_kit.models import RevokedReason, Session

from . import rows
from .account import end_since_login, fingerprint, may_log_in, user_id_of
from .end import end
from .faults import persistent, persistently

LONGEST = timedelta(minutes=30)
"""How long somebody acts as a user at most. No refresh extends it."""

_MOST = 255
"""Characters of a column."""


@dataclass(frozen=True, kw_only=True)
class Acting:
    """Who acts as the user of a new session, by the id that tokens have, and why."""

    actor: str
    reason: str
    key: Any
    fingerprint: str

    def has_ended(self) -> bool:
        """Whether the actor may not act after all, as the table says. One query."""
        found = persistently(lambda again: end_since_login(self.key, self.fingerprint))
        return found is not None


def acting_as(user: Any, actor: Any, reason: str) -> Acting | None:
    """What a session of ``user`` says of ``actor``; None without one.

    Raises TypeError if one of the two is missing, ValueError for a reason that is too long and
    where both users are one, and NoActiveAccount if ``actor`` may not log in.
    """
    why = plain(str(reason)).strip()
    if actor is None and not why:
        return None
    if actor is None or not why:
        raise TypeError(
            "sessions.start() takes actor and reason together: who acts as the user, and why. "
            'Write actor=request.user, reason="Ticket 4711".'
        )
    if actor.pk is None or actor.pk == user.pk:
        raise ValueError("The actor is not saved, or is the user itself. Give the one who acts.")
    if len(why) > _MOST:
        raise ValueError(f"This reason is longer than {_MOST} characters. Name a ticket instead.")
    if not may_log_in(actor):
        raise NoActiveAccount
    return Acting(actor=user_id_of(actor), reason=why, key=actor.pk, fingerprint=fingerprint(actor))


def bound(session: Session) -> None:
    """Let a session in which somebody acts as its user end after half an hour, or before."""
    ends = min(aware(session.created_at) + LONGEST, aware(session.expires_at))
    session.expires_at = as_local(ends)


@persistent
def end_of_actor(actor: str) -> None:
    """End what the user with this id in tokens does as others. One query if that is nothing.

    Found by the time of the login, and read first: MariaDB locks every row that an UPDATE looks at.
    """
    since = as_local(now() - 2 * LONGEST)  # another machine's clock may have begun them
    theirs = rows.stored().filter(actor=actor, created_at__gte=since, revoked_at=None)
    for found in [*theirs.values_list("pk", flat=True)]:
        end(rows.stored().filter(pk=found), RevokedReason.ACTOR_ENDED, session_id=found)
