"""Which keys are this project's, which one signs, and which ones verify?

``jose`` defines what a key, a JWK and a signed token are.
"""

from drf_jwt_kit.jose.jwk import Key

from .ring import KeyRing, KeyState
from .sources import get_ring, get_signing_key

__all__ = ["Key", "KeyRing", "KeyState", "get_ring", "get_signing_key"]
