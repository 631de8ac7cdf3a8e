"""Which session of ours does a Django session carry, so that both end together?

Where another package logs a user in with a Django session, and tokens of ours go with that.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_jwt_kit.models import RevokedReason

from . import end, rows
from .faults import persistent
from .presented import sid_of
from .tokens import TokenPair

LOG_OUT = "drf_jwt_kit.log_out"
"""Names the receiver of ``user_logged_out``, so that a package may answer its failure."""

_KEY = "_drf_jwt_kit_session"


def carry(request: Any, pair: TokenPair) -> None:
    """Let the Django session of ``request`` carry the session of ``pair``.

    That ends when the user is logged out of it, and ``keep`` keeps it.
    """
    request.session[_KEY] = str(sid_of(pair.access))


def carried(django_session: Any) -> UUID | None:
    """The id of the session that a Django session carries; None if there is none."""
    known = None if django_session is None else django_session.get(_KEY)
    if known is None:
        return None
    try:
        return UUID(str(known))
    except ValueError:
        return UUID(int=0)  # of nobody: what is broken carries a session that has ended


@persistent
def has_ended(django_session: Any) -> bool:
    """Whether it carries a session that has ended. One query if it carries one."""
    session_id = carried(django_session)
    if session_id is None:
        return False
    found = rows.find(session_id)
    return found is None or rows.end_of_session(*found) is not None


def end_with(django_session: Any, reason: str) -> None:
    """End the session that it carries, if any. Raises ServiceUnavailable."""
    session_id = carried(django_session)
    if session_id is not None:
        end.revoke(session_id, reason=reason)


def log_out(*, request: Any, **_: Any) -> None:
    """End it with Django's: called with ``user_logged_out``, before the Django session is empty.

    Raises ServiceUnavailable, and then nobody is logged out of either.
    """
    end_with(getattr(request, "session", None), RevokedReason.LOGOUT)
