"""How is a view of a resource server closed to everyone without a good token?"""

from __future__ import annotations

from drf_jwt_kit.guards import GuardedViewMixin

from .authentication import ResourceServerAuthentication


class ResourceServerMixin(GuardedViewMixin):
    """A view that answers nobody without a token of the issuer's: 401 and the Bearer challenge.

    SecureViewMixin for a service without users. Put it before APIView or a viewset. It cannot
    be opened by accident, and ``required_scopes`` and ``max_auth_age`` demand more of the
    token.
    """

    asked_first = ResourceServerAuthentication
