"""How is a view closed to requests without a valid token, whatever else the project sets?"""

from __future__ import annotations

from .authentication import JWTAuthentication
from .guards import GuardedViewMixin


class SecureViewMixin(GuardedViewMixin):
    """A view that requires a user: without a token, 401 and the Bearer challenge.

    Put it before APIView or a viewset. It cannot be opened by accident: our authentication
    comes first (users of the project's other classes may pass too), and IsAuthenticated is
    required whatever the class, an action or the project sets. ``required_scopes``,
    ``acr_values`` and ``max_auth_age`` require more of the token.
    """

    authentication_class = JWTAuthentication
