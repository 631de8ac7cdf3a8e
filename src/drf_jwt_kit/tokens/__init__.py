"""Which token classes replace those of Simple JWT? They only wrap ``sessions``."""

from drf_jwt_kit.sessions.claims import ClaimsSerializer, LoginClaims, ProfileClaims

from .access import AccessToken, UntypedToken
from .refresh import RefreshToken

__all__ = [
    "AccessToken",
    "ClaimsSerializer",
    "LoginClaims",
    "ProfileClaims",
    "RefreshToken",
    "UntypedToken",
]
