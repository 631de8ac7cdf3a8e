"""Which keys does ``SIMPLE_JWT["JWK_URL"]`` name? Somebody else's, who issues tokens for our users.

They verify beside the project's own ring, and never what that ring has to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from drf_jwt_kit.conf import get_settings

from .fetch import fetch
from .issuer import IssuerKeys, SharedKeys
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


def are_published() -> bool:
    """Whether the settings say where somebody else's keys are, for an asymmetric ALGORITHM."""
    settings = get_settings()
    return settings.JWK_URL is not None and settings.ALGORITHM in ASYMMETRIC


def get_published_keys() -> IssuerKeys:
    """The keys at ``JWK_URL``, which are fetched when the first one is asked for."""
    return _shared.get()


def _published_keys() -> PublishedKeys:
    settings = get_settings()
    url = settings.JWK_URL or ""
    published = _Published(
        JWKS_URL=url,
        ISSUER=settings.ISSUER or str(urlsplit(url).hostname),
        ALGORITHMS=(settings.ALGORITHM,),
    )
    return PublishedKeys(published, fetch=fetch)


_shared = SharedKeys(_published_keys, settings=frozenset({"DRF_JWT_KIT", "SIMPLE_JWT"}))
