"""Which keys does ``SIMPLE_JWT["JWK_URL"]`` name? Those of an issuer that signs for our users.

They verify beside the project's own ring, and never a token that names a key of that ring.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.jose.algorithms import ASYMMETRIC
from drf_jwt_kit.jose.fetch import fetch
from drf_jwt_kit.jose.jwk import Key
from drf_jwt_kit.jose.remote import Issuer, IssuerKeys

from .shared import shared
from .sources import get_ring


class PublishedKeys(IssuerKeys):
    """The keys at ``JWK_URL`` by ``kid``, for tokens that name no key of the project's ring.

    A ``kid`` of ours is a KeyError, whatever is published under it, and fetches nothing.
    """

    def __getitem__(self, kid: str) -> Key:
        if kid in get_ring().verifying:
            raise KeyError(kid)
        return super().__getitem__(kid)


def are_published() -> bool:
    """Whether the settings say where an issuer's keys are, for an asymmetric ALGORITHM."""
    settings = get_settings()
    return settings.JWK_URL is not None and settings.ALGORITHM in ASYMMETRIC


@shared("DRF_JWT_KIT", "SIMPLE_JWT")
def get_published_keys() -> IssuerKeys:
    """The keys at ``JWK_URL``, which are fetched when the first one is asked for."""
    settings = get_settings()
    url = settings.JWK_URL or ""
    name = settings.ISSUER or str(urlsplit(url).hostname)
    issuer = Issuer(jwks_url=url, issuer=name, algorithms=(settings.ALGORITHM,))
    return PublishedKeys(issuer, fetch=fetch)
