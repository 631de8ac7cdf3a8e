"""The endpoints. They read requests and answer; serializers and sessions do the work."""

from .cookies import (
    CookieLogoutAllView,
    CookieLogoutView,
    CookieObtainView,
    CookieRefreshView,
    CookieSessionDetailView,
    CookieSessionListView,
    CookieVerifyView,
    CSRFView,
)
from .endpoint import EndpointMixin, NonAtomicMixin, exception_handler
from .jwks import JWKSView
from .sessions import SessionDetailView, SessionListView, SessionViewBase, TokenLogoutAllView
from .tokens import (
    TokenBlacklistView,
    TokenLogoutView,
    TokenObtainPairView,
    TokenRefreshView,
    TokenVerifyView,
    TokenViewBase,
    token_blacklist,
    token_obtain_pair,
    token_refresh,
    token_verify,
)

__all__ = [
    "CSRFView",
    "CookieLogoutAllView",
    "CookieLogoutView",
    "CookieObtainView",
    "CookieRefreshView",
    "CookieSessionDetailView",
    "CookieSessionListView",
    "CookieVerifyView",
    "EndpointMixin",
    "JWKSView",
    "NonAtomicMixin",
    "SessionDetailView",
    "SessionListView",
    "SessionViewBase",
    "TokenBlacklistView",
    "TokenLogoutAllView",
    "TokenLogoutView",
    "TokenObtainPairView",
    "TokenRefreshView",
    "TokenVerifyView",
    "TokenViewBase",
    "exception_handler",
    "token_blacklist",
    "token_obtain_pair",
    "token_refresh",
    "token_verify",
]
