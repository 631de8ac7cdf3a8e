"""Which keys are this project's: where they come from, which one signs, which ones verify.

What a key, a JWK and a signed token are, ``jose`` says.
"""

from drf_jwt_kit.jose.jwk import Key

from .ring import KeyRing, KeyState
from .sources import get_ring

__all__ = ["Key", "KeyRing", "KeyState", "get_ring"]
