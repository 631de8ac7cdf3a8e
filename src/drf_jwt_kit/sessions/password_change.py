"""What stays of a user's sessions after it has changed its own password? The one it did that in."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Q

from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.models import RevokedReason

from . import events, rows
from .account import fingerprint
from .carried import carried
from .causal import READS, UPDATES, catch_up
from .end import revoke
from .faults import persistent
from .presented import Presented

_JUST_NOW = timedelta(minutes=1)
"""How long after its user's new password was saved a session can still be kept."""


@persistent
def keep(request: Any, user: Any) -> None:
    """Keep the session that made ``request`` after ``user`` changed its password; end the others.

    That of its token, or else the one that its Django session carries.
    Call it right after saving the new password, like Django's ``update_session_auth_hash``. If
    the request has no token of ours, or one of somebody who acts as the user, all sessions end. Two
    queries.
    """
    token = getattr(getattr(request, "auth", None), "presented", None)
    if not isinstance(token, Presented):
        session_id = carried(getattr(request, "session", None))
    else:
        session_id = None if "act" in token.claims else token.sid
    if session_id is not None:
        just_ended = Q(
            revoked_reason=RevokedReason.PASSWORD_CHANGED,
            revoked_at__gte=now() - _JUST_NOW,
        )
        kept = rows.stored().filter(Q(revoked_at=None) | just_ended, pk=session_id, user_id=user.pk)
        as_it_was = {"revoked_at": None, "revoked_reason": ""}
        renew = partial(kept.update, **as_it_was, password_fingerprint=fingerprint(user))
        if renew() or (catch_up(READS | UPDATES) and renew()):
            events.kept(session_id, user)
    revoke(user=user, keep=session_id, reason=RevokedReason.PASSWORD_CHANGED)
