"""Sessions: one login on one device; started, refreshed, and ended here and nowhere else."""

from drf_jwt_kit.models import RevokedReason

from . import store  # noqa: F401  # fills the slot of tokens
from .census import Census, written_between
from .ending import keep, logout, revoke, revoke_all
from .faults import as_unavailable, database_faults_answered, is_unwritable, persistent
from .limits import SessionLimits
from .lookup import authenticate, live_sessions
from .refreshing import refresh, would_refresh
from .starting import TokenPair, rename, start
from .stateless import authenticate_stateless, load_user

__all__ = [
    "Census",
    "RevokedReason",
    "SessionLimits",
    "TokenPair",
    "as_unavailable",
    "authenticate",
    "authenticate_stateless",
    "database_faults_answered",
    "is_unwritable",
    "keep",
    "live_sessions",
    "load_user",
    "logout",
    "persistent",
    "refresh",
    "rename",
    "revoke",
    "revoke_all",
    "start",
    "would_refresh",
    "written_between",
]
