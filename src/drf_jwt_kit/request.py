"""Which types have ``request.user`` and ``request.auth`` in a closed view? Checks nothing.

Also for which request a token is made or read, for a project that does so by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from rest_framework.request import Request

from .conf.asking import for_request

__all__ = ["KitRequest", "for_request"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    from .tokens import AccessToken

    UserT = TypeVar("UserT")
    AuthT = TypeVar("AuthT", default=AccessToken)

    class KitRequest(Request, Generic[UserT, AuthT]):
        """The request of a view under ``SecureViewMixin``, where ``User`` is the user model.

        ``KitRequest[User]`` has a ``User`` as its ``user`` and an AccessToken as its ``auth``. In
        a resource server it is ``KitRequest[Principal, dict[str, Any]]``.
        """

        user: UserT  # type: ignore[assignment]
        auth: AuthT
else:
    KitRequest = Request
