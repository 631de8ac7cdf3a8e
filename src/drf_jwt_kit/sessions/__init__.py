"""How is a session (one login on one device) started, refreshed and ended? Only by this package."""

from drf_jwt_kit.models import RevokedReason

from .end import keep, logout, revoke, revoke_all
from .limits import SessionLimits
from .logins import rename, start
from .refresh import refresh, would_refresh
from .rows import authenticate, live_sessions
from .stateless import authenticate_stateless
from .tokens import TokenPair

__all__ = [
    "RevokedReason",
    "SessionLimits",
    "TokenPair",
    "authenticate",
    "authenticate_stateless",
    "keep",
    "live_sessions",
    "logout",
    "refresh",
    "rename",
    "revoke",
    "revoke_all",
    "start",
    "would_refresh",
]
