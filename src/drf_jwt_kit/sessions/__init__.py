"""Sessions: one login on one device; started, refreshed, and ended here and nowhere else."""

from drf_jwt_kit.models import RevokedReason

from . import store  # noqa: F401  # fills the slot of tokens
from .census import Census, written_between
from .ending import keep, logout, revoke, revoke_all
from .faults import as_unavailable, database_faults_answered
from .lifecycle import TokenPair, refresh, rename, start, would_refresh
from .lookup import authenticate, live_sessions

__all__ = [
    "Census",
    "RevokedReason",
    "TokenPair",
    "as_unavailable",
    "authenticate",
    "database_faults_answered",
    "keep",
    "live_sessions",
    "logout",
    "refresh",
    "rename",
    "revoke",
    "revoke_all",
    "start",
    "would_refresh",
    "written_between",
]
