"""Django's admin: who is logged in, and how is that ended? Shows nothing that makes a token."""

from .sessions import SessionAdmin

__all__ = ["SessionAdmin"]
