"""Which keys are at ``SIMPLE_JWT["JWK_URL"]``? Those of an issuer that signs for our users.

They never verify a token that names a key of the project's own ring.
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

    A ``kid`` of that ring is a KeyError, whatever is published under it, and fetches nothing.
    """

    def __getitem__(self, kid: str) -> Key:
        if kid in get_ring().verifying:
            raise KeyError(kid)
        return super().__getitem__(kid)


def are_published() -> bool:
    """Whether JWK_URL is set and ALGORITHM is asymmetric, so that keys are fetched."""
    settings = get_settings()
    return settings.JWK_URL is not None and settings.ALGORITHM in ASYMMETRIC


@shared("DRF_JWT_KIT", "SIMPLE_JWT")
def get_published_keys() -> IssuerKeys:
    """The keys at ``JWK_URL``, fetched when the first one is looked up."""
    settings = get_settings()
    url = settings.JWK_URL or ""
    named = settings.ISSUER  # a function answers for one request, and these keys are for all
    name = named if isinstance(named, str) else str(urlsplit(url).hostname)
    issuer = Issuer(jwks_url=url, issuer=name, algorithms=(settings.ALGORITHM,))
    return PublishedKeys(issuer, fetch=fetch)
