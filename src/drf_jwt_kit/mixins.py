"""How is a view closed to everyone without a valid token, whatever else the project sets?"""

from __future__ import annotations

from .authentication import JWTAuthentication
from .guards import GuardedViewMixin


class SecureViewMixin(GuardedViewMixin):
    """A view that answers nobody who is anonymous: 401 and the Bearer challenge without a token.

    Put it before APIView or a viewset. It cannot be opened by accident: our authentication
    comes first (whoever the project's other classes know may pass as well), and
    IsAuthenticated is demanded whatever the class, an action or the project sets.
    ``required_scopes`` and ``max_auth_age`` demand more of the token.
    """

    authentication_class = JWTAuthentication
