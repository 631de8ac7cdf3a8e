"""Keys: where they come from, which one signs, which ones verify."""

from .codec import Policy, TokenKind, decode, encode, read_unverified
from .jwk import thumbprint
from .ring import Key, KeyRing, KeyState, VerifyingKeys
from .sources import get_ring

__all__ = [
    "Key",
    "KeyRing",
    "KeyState",
    "Policy",
    "TokenKind",
    "VerifyingKeys",
    "decode",
    "encode",
    "get_ring",
    "read_unverified",
    "thumbprint",
]
