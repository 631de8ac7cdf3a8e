"""How does a service verify another one's tokens? With its public keys, without any database.

Needs no user model: ``request.user`` is a :class:`Principal`. The mixin for views is in
``drf_jwt_kit.resource_server.mixins``, because REST Framework imports the classes that the
settings name while it defines its own views.
"""

from .authentication import ResourceServerAuthentication
from .principal import Principal

__all__ = ["Principal", "ResourceServerAuthentication"]
