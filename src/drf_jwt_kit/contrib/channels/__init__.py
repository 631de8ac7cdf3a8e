"""Who is behind a socket of Channels, and until when? Needs ``channels`` to be installed."""

from .middleware import JWTAuthMiddleware
from .tickets import ticket_for

__all__ = ["JWTAuthMiddleware", "ticket_for"]
