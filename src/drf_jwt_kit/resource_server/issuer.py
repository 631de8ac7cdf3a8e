"""Which keys are those of the issuer that the settings name? One set of them a process."""

from __future__ import annotations

import os
import threading
from functools import cache

from django.core.signals import setting_changed
from django.dispatch import receiver

from drf_jwt_kit.keys.fetch import fetch
from drf_jwt_kit.keys.issuer import IssuerKeys

from .settings import get_resource_server_settings

_making = threading.Lock()


def _start_anew() -> None:
    global _making  # noqa: PLW0603  # one lock a process is what it is for
    _making = threading.Lock()
    _issuer_keys.cache_clear()


# A child of a fork may have got a lock from a thread that is not in it, and would wait for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


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
