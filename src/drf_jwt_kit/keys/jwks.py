"""What do other services read in order to verify our tokens? A JWK Set, public members only."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drf_jwt_kit.conf import get_settings

from .jwk import PUBLIC_MEMBERS

if TYPE_CHECKING:
    from datetime import timedelta

    from .ring import Key, KeyRing

_PUBLIC = frozenset().union(*PUBLIC_MEMBERS.values()) | {"kid", "alg", "use"}


@dataclass(frozen=True, kw_only=True)
class PublishedSet:
    """A JWK Set as it travels. Source: RFC 7517 section 5."""

    body: bytes
    etag: str


def publish(ring: KeyRing) -> PublishedSet:
    """The keys of ``ring`` that others may see; the same bytes from every process.

    HMAC keys are never among them: the ring publishes none, and they have no public members.
    """
    document = {"keys": [_public(key) for key in ring.published]}
    body = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    return PublishedSet(body=body, etag=f'"{hashlib.sha256(body).hexdigest()}"')


def max_age() -> timedelta:
    """How long a cache may keep the set: a third of ``KEYS_PUBLISHED_AHEAD``.

    A key is listed for that time before it signs. A cache between us and the reader, and then
    the reader's own, may each be as old, and no token is met whose key is not yet known.
    """
    return get_settings().KEYS_PUBLISHED_AHEAD / 3


def _public(key: Key) -> dict[str, str]:
    return {name: value for name, value in key.public_jwk().items() if name in _PUBLIC}
