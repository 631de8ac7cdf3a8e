"""Which keys are those of the issuer that the settings name? One set of them a process."""

from __future__ import annotations

from drf_jwt_kit.keys.fetch import fetch
from drf_jwt_kit.keys.issuer import IssuerKeys, SharedKeys

from .settings import get_resource_server_settings


def get_issuer_keys() -> IssuerKeys:
    """The keys of the issuer that the settings name."""
    return _shared.get()


def _issuer_keys() -> IssuerKeys:
    return IssuerKeys(get_resource_server_settings(), fetch=fetch)


_shared = SharedKeys(_issuer_keys, settings=frozenset({"DRF_JWT_KIT"}))
