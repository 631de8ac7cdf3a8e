"""How does a project test its views? With unittest or pytest; nothing here needs either.

``docs/how-to/test-your-views.md`` shows all of it. Django must be set up before the import.
"""

from . import tokens
from .assertions import assert_session_ended, assert_session_live
from .client import JWTClient, JWTCookieClient
from .clock import Clock, later
from .forced import force_authenticate, forced_token
from .keys import override_keys

__all__ = [
    "Clock",
    "JWTClient",
    "JWTCookieClient",
    "assert_session_ended",
    "assert_session_live",
    "force_authenticate",
    "forced_token",
    "later",
    "override_keys",
    "tokens",
]
