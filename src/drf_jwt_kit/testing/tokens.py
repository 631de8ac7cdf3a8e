"""Which tokens must a view refuse? Each function makes one of them for a user.

They are what an attacker, a careless client or a slow one sends. Each is made from a session that
begins for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_jwt_kit import sessions
from drf_jwt_kit.conf import get_settings

from . import forgery
from .clock import later

_A_SECOND = timedelta(seconds=1)


def expired(user: Any) -> str:
    """An access token that was good until a second ago. Its session is live."""
    with later(-get_settings().ACCESS_TOKEN_LIFETIME - get_settings().LEEWAY - _A_SECOND):
        return sessions.start(user).access


def tampered(user: Any, **claims: Any) -> str:
    """An access token in which somebody has written other ``claims``, under its old signature."""
    return forgery.with_claims(sessions.start(user).access, **(claims or {"is_staff": True}))


def unsigned(user: Any) -> str:
    """An access token whose header says that it needs no signature (``alg: none``)."""
    return forgery.unsigned(sessions.start(user).access)


def of_another_key(user: Any) -> str:
    """An access token that a key of somebody else has signed, in the name of the project's."""
    return forgery.of_another_key(sessions.start(user).access)


def ended(user: Any) -> str:
    """An access token whose session was ended by a logout. It has not expired."""
    pair = sessions.start(user)
    sessions.logout(pair.access)
    return pair.access


def of_another_kind(user: Any) -> str:
    """A refresh token, which no view may take for an access token."""
    return str(sessions.start(user).refresh)


def replayed(user: Any) -> str:
    """A refresh token that was used before ROTATION_LEEWAY: whoever sends it ends the session."""
    with later(-get_settings().ROTATION_LEEWAY - _A_SECOND):
        refresh = str(sessions.start(user).refresh)
        sessions.refresh(refresh)
    return refresh
