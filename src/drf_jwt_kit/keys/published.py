"""Which keys does ``SIMPLE_JWT["JWK_URL"]`` name? Somebody else's, who issues tokens for our users.

They verify beside the project's own ring, and never what that ring has to judge.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.signals import setting_changed
from django.dispatch import receiver

from drf_jwt_kit.conf import get_settings

from .fetch import fetch
from .issuer import IssuerKeys
from .soundness import ASYMMETRIC
from .sources import get_ring

if TYPE_CHECKING:
    from .ring import Key


@dataclass(frozen=True, kw_only=True)
class _Published:
    """What a resource server may set, with the defaults that it has there."""

    JWKS_URL: str
    ISSUER: str
    ALGORITHMS: tuple[str, ...]
    KEYS_MAX_AGE: timedelta = timedelta(minutes=5)
    KEYS_KEPT_FOR: timedelta = timedelta(days=1)
    FETCH_INTERVAL: timedelta = timedelta(minutes=1)
    FETCH_TIMEOUT: timedelta = timedelta(seconds=5)


class PublishedKeys(IssuerKeys):
    """The keys at ``JWK_URL`` by ``kid``, for tokens that name none of the project's ring.

    A ``kid`` of ours is a KeyError, whatever is published under it, and fetches nothing.
    """

    def __getitem__(self, kid: str) -> Key:
        if kid in get_ring().verifying:
            raise KeyError(kid)
        return super().__getitem__(kid)


_making = threading.Lock()


def _start_anew() -> None:
    global _making  # noqa: PLW0603  # one lock a process is what it is for
    _making = threading.Lock()
    _published_keys.cache_clear()


# A child of a fork may have got a lock from a thread that is not in it, and would wait for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


def are_published() -> bool:
    """Whether the settings say where somebody else's keys are, for an asymmetric ALGORITHM."""
    settings = get_settings()
    return settings.JWK_URL is not None and settings.ALGORITHM in ASYMMETRIC


def get_published_keys() -> PublishedKeys:
    """The keys at ``JWK_URL``, which are fetched when the first one is asked for."""
    with _making:  # or the first threads would each make some, and fetch
        return _published_keys()


@cache
def _published_keys() -> PublishedKeys:
    settings = get_settings()
    url = settings.JWK_URL or ""
    published = _Published(
        JWKS_URL=url,
        ISSUER=settings.ISSUER or str(urlsplit(url).hostname),
        ALGORITHMS=(settings.ALGORITHM,),
    )
    return PublishedKeys(published, fetch=fetch)


@receiver(setting_changed)
def _forget_keys(*, setting: str, **_kwargs: object) -> None:
    if setting in {"DRF_JWT_KIT", "SIMPLE_JWT"}:
        _published_keys.cache_clear()
