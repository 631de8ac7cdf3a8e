"""Which keys are those of the issuer that the settings name? One set of them a process."""

from __future__ import annotations

import threading
from functools import cache

from django.core.signals import setting_changed
from django.dispatch import receiver

from drf_jwt_kit.keys.fetch import fetch
from drf_jwt_kit.keys.issuer import IssuerKeys

from .settings import get_resource_server_settings

_making = threading.Lock()


def get_issuer_keys() -> IssuerKeys:
    """The keys of the issuer that the settings name."""
    with _making:  # or the first threads would each make some, and fetch
        return _issuer_keys()


@cache
def _issuer_keys() -> IssuerKeys:
    return IssuerKeys(get_resource_server_settings(), fetch=fetch)


@receiver(setting_changed)
def _forget_keys(*, setting: str, **_kwargs: object) -> None:
    if setting == "DRF_JWT_KIT":
        _issuer_keys.cache_clear()
