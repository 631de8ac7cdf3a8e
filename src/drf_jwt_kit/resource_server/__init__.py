"""Verify another service's tokens here, from its public keys: without its database, or any.

Needs no user model: ``request.user`` is a :class:`Principal`. The mixin for views is in
``drf_jwt_kit.resource_server.mixins``, since REST Framework imports what the settings name
while it makes its own views.
"""

from .authentication import ResourceServerAuthentication
from .principal import Principal

__all__ = ["Principal", "ResourceServerAuthentication"]
