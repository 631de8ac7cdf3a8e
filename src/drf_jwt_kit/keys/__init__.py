"""Keys: where they come from, which one signs, which ones verify."""

from .codec import Policy, TokenKind, decode, decode_unnamed, encode, read_unverified
from .jwk import thumbprint
from .named import keys_of_simple_jwt_itself
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
    "decode_unnamed",
    "encode",
    "get_ring",
    "keys_of_simple_jwt_itself",
    "read_unverified",
    "thumbprint",
]
