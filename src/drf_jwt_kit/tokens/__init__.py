"""Simple JWT's token classes, by their names: a thin coat over ``sessions``."""

from drf_jwt_kit.sessions.claims import ClaimsSerializer, ProfileClaims

from .access import AccessToken, UntypedToken
from .refresh import RefreshToken

__all__ = ["AccessToken", "ClaimsSerializer", "ProfileClaims", "RefreshToken", "UntypedToken"]
