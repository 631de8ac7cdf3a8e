"""The tables: sessions, and the ends of all of them."""

from .cutoff import Cutoff
from .session import RevokedReason, Session, SessionQuerySet, new_secret

__all__ = ["Cutoff", "RevokedReason", "Session", "SessionQuerySet", "new_secret"]
