"""Which key signs, and which ones still verify? Finds no key itself; see sources."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jwt.utils import base64url_encode

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key with its one algorithm (RFC 8725 section 3.1). Prepared key objects, never PEM text.

    ``kid`` is the RFC 7638 thumbprint, so that every process names the key alike.
    """

    kid: str
    algorithm: str
    signing_key: Any
    verifying_key: Any

    def __repr__(self) -> str:
        return f"<Key {self.algorithm} {self.kid}>"


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """The key that signs, and all keys that verify, by ``kid``."""

    signing: Key
    verifying: Mapping[str, Key]

    @classmethod
    def of(cls, *keys: Key) -> KeyRing:
        """A ring whose first key signs; every one verifies."""
        return cls(signing=keys[0], verifying={key.kid: key for key in reversed(keys)})


def thumbprint(members: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of a key's required JWK members. Source: RFC 7638 section 3."""
    canonical = "{" + ",".join(f'"{n}":"{members[n]}"' for n in sorted(members)) + "}"
    return base64url_encode(hashlib.sha256(canonical.encode()).digest()).decode()
