"""Django's admin: who is logged in, and how is that ended? Shows no secret."""

from .sessions import SessionAdmin

__all__ = ["SessionAdmin"]
