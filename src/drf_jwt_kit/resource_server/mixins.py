"""How is a view of a resource server closed to requests without a valid token?"""

from __future__ import annotations

from drf_jwt_kit.guards import GuardedViewMixin

from .authentication import ResourceServerAuthentication


class ResourceServerMixin(GuardedViewMixin):
    """A view that requires a token of the issuer: without one, 401 and the Bearer challenge.

    SecureViewMixin for a service without users. Put it before APIView or a viewset. It cannot
    be opened by accident, and ``required_scopes``, ``acr_values`` and ``max_auth_age`` require
    more of the token.
    """

    authentication_class = ResourceServerAuthentication
