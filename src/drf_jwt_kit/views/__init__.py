"""Which endpoints are there? They read requests and answer; serializers and sessions decide."""

from .cookies import CookieLogoutAllView as CookieLogoutAllView
from .cookies import CookieLogoutView as CookieLogoutView
from .cookies import CookieObtainView as CookieObtainView
from .cookies import CookieRefreshView as CookieRefreshView
from .cookies import CookieSessionDetailView as CookieSessionDetailView
from .cookies import CookieSessionListView as CookieSessionListView
from .cookies import CookieVerifyView as CookieVerifyView
from .cookies import CSRFView as CSRFView
from .endpoint import EndpointMixin as EndpointMixin
from .endpoint import NonAtomicMixin as NonAtomicMixin
from .endpoint import exception_handler as exception_handler
from .jwks import JWKSView as JWKSView
from .sessions import SessionDetailView as SessionDetailView
from .sessions import SessionListView as SessionListView
from .sessions import SessionViewBase as SessionViewBase
from .sessions import TokenLogoutAllView as TokenLogoutAllView
from .tokens import TokenBlacklistView as TokenBlacklistView
from .tokens import TokenLogoutView as TokenLogoutView
from .tokens import TokenObtainPairView as TokenObtainPairView
from .tokens import TokenRefreshView as TokenRefreshView
from .tokens import TokenVerifyView as TokenVerifyView
from .tokens import TokenViewBase as TokenViewBase
from .tokens import token_blacklist as token_blacklist
from .tokens import token_obtain_pair as token_obtain_pair
from .tokens import token_refresh as token_refresh
from .tokens import token_verify as token_verify
