"""Keys: where they come from, which one signs, which ones verify."""

from .codec import Policy, TokenKind, decode, encode, read_unverified
from .ring import Key, KeyRing
from .sources import get_ring

__all__ = [
    "Key",
    "KeyRing",
    "Policy",
    "TokenKind",
    "decode",
    "encode",
    "get_ring",
    "read_unverified",
]
