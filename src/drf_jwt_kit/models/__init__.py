"""Which tables are there? Sessions, and the ends of all sessions."""

from .cutoff import Cutoff
from .session import RevokedReason, Session, SessionQuerySet, new_secret

__all__ = ["Cutoff", "RevokedReason", "Session", "SessionQuerySet", "new_secret"]
