"""Which key signs, which ones verify, and which are published? Finds no key itself; see sources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from .jwk import public_members

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key with its one algorithm (RFC 8725 section 3.1). Prepared key objects, never PEM text.

    ``kid`` is the RFC 7638 thumbprint, so that every process names the key alike, or the name
    that the project gives. ``signing_key`` is None where the key only verifies, and a
    function from the bytes to sign to their signature where it signs elsewhere.
    """

    kid: str
    algorithm: str
    signing_key: Any
    verifying_key: Any

    def __repr__(self) -> str:
        return f"<Key {self.algorithm} {self.kid}>"

    @property
    def is_secret(self) -> bool:
        """Whether whoever verifies with this key could sign as well: an HMAC key."""
        return self.algorithm.startswith("HS")

    def public_jwk(self) -> dict[str, str]:
        """What others need in order to verify. Source: RFC 7517 section 4.

        Raises ValueError for an HMAC key, which is never published.
        """
        members = public_members(self.verifying_key, self.algorithm)
        return {**members, "kid": self.kid, "alg": self.algorithm, "use": "sig"}


class VerifyingKeys(Protocol):
    """Where a verifier looks a ``kid`` up."""

    @property
    def verifying(self) -> Mapping[str, Key]: ...


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """The key that signs, those announced to follow it, and those that it followed."""

    signing: Key
    next: tuple[Key, ...] = ()
    retiring: tuple[Key, ...] = ()

    @cached_property
    def verifying(self) -> Mapping[str, Key]:
        """Every key by its ``kid``: the next ones too, for workers that have not read as far."""
        return {key.kid: key for key in self._all}

    @cached_property
    def published(self) -> tuple[Key, ...]:
        """What a JWKS lists: next, signing, retiring, and never an HMAC key."""
        return tuple(key for key in self._all if not key.is_secret)

    @property
    def _all(self) -> tuple[Key, ...]:
        return (*self.next, self.signing, *self.retiring)
