"""Who may do what in the shop."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class IsManager(BasePermission):
    """The user is in the group ``managers``."""

    def has_permission(self, request: Request, view: Any) -> bool:
        # The token's "roles" say what was true when it was written, up to 15 minutes ago.
        # They are for front ends and for services without this database. Here the database
        # is at hand, and a role that was taken away is gone with the next request.
        return request.user.groups.filter(name="managers").exists()
