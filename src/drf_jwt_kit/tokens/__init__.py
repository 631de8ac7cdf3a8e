"""Tokens: what they say about a user, and how they are written and read."""

from .claims import ClaimsSerializer, ProfileClaims
from .types import AccessToken, RefreshToken, UntypedToken

__all__ = ["AccessToken", "ClaimsSerializer", "ProfileClaims", "RefreshToken", "UntypedToken"]
