"""How is a session (one login on one device) started, refreshed and ended? Only by this package."""

from drf_jwt_kit.models import RevokedReason

from .devices import live_sessions
from .end import logout, revoke, revoke_all
from .limits import SessionLimits
from .logins import rename, start
from .password_change import keep
from .reauthentication import reauthenticate
from .refresh import refresh
from .rows import authenticate
from .stateless import authenticate_stateless
from .tokens import TokenPair
from .verify import would_refresh

__all__ = [
    "RevokedReason",
    "SessionLimits",
    "TokenPair",
    "authenticate",
    "authenticate_stateless",
    "keep",
    "live_sessions",
    "logout",
    "reauthenticate",
    "refresh",
    "rename",
    "revoke",
    "revoke_all",
    "start",
    "would_refresh",
]
