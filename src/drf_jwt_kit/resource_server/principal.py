"""Who makes a request to a service without users? Only what the token says is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The bearer of a verified token: ``request.user`` of a resource server.

    ``pk`` is the issuer's name for the user, so that throttles and logs can tell users apart.
    It has no Django permissions; ask for scopes.
    """

    pk: str
    claims: dict[str, Any] = field(repr=False, hash=False)
    scopes: frozenset[str] = frozenset()

    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    is_superuser = False

    @property
    def id(self) -> str:
        """The same as ``pk``."""
        return self.pk

    def __str__(self) -> str:
        return self.pk

    def get_username(self) -> str:
        """The same as ``pk``: the user's name in logs."""
        return self.pk

    def has_scope(self, *scopes: str) -> bool:
        """Whether the token grants every one of ``scopes``."""
        return self.scopes.issuperset(scopes)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """False: the issuer's scopes say what is allowed, not Django's permissions."""
        return False

    def has_perms(self, perm_list: object, obj: object = None) -> bool:
        """False, as for one."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """False, as for one."""
        return False
