"""Which tables are there? Sessions, the ends of all sessions, and the place of both."""

from .cutoff import Cutoff
from .place import Place
from .session import RevokedReason, Session, SessionQuerySet, new_secret

__all__ = ["Cutoff", "Place", "RevokedReason", "Session", "SessionQuerySet", "new_secret"]
