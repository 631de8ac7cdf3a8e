"""Which key signs, which ones verify, and which are published? Finds no key itself; see sources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from drf_jwt_kit.exceptions import UnusableKey

from .jwk import public_members

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class KeyState(str, Enum):
    """Where in its life a key is; one that is gone is in no ring."""

    NEXT = "next"
    """Published and verified by, and does not sign yet."""
    SIGNING = "signing"
    RETIRING = "retiring"
    """Signs no more, and verifies what it has signed."""


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


@dataclass(frozen=True, kw_only=True)
class PlacedKey:
    """A key, what it is to do (None where its place in a list says so), and where it is from.

    ``made`` is when it was made and ``since`` when it came into its state, where somebody has
    written that down.
    """

    key: Key
    state: KeyState | None
    where: str
    made: datetime | None = None
    since: datetime | None = None


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

    @classmethod
    def of(cls, placed: Sequence[PlacedKey]) -> KeyRing:
        """The ring of keys in order: the first that is for it signs, unless one says it does.

        Raises UnusableKey where none can, or where two have one name.
        """
        settled = settle(placed)
        keys = {state: [p.key for p in settled if p.state is state] for state in KeyState}
        return cls(
            signing=keys[KeyState.SIGNING][0],
            next=tuple(replace(key, signing_key=None) for key in keys[KeyState.NEXT]),
            retiring=tuple(replace(key, signing_key=None) for key in keys[KeyState.RETIRING]),
        )

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


def settle(placed: Sequence[PlacedKey]) -> list[PlacedKey]:
    """The keys with the state that each has in the ring. Raises UnusableKey as ``KeyRing.of``."""
    _demand_different_names(placed)
    signing = _the_one_that_signs(placed)
    return [
        replace(p, state=KeyState.SIGNING)
        if p is signing
        else p
        if p.state is KeyState.NEXT
        else replace(p, state=KeyState.RETIRING)
        for p in placed
    ]


def _the_one_that_signs(placed: Sequence[PlacedKey]) -> PlacedKey:
    said = [p for p in placed if p.state is KeyState.SIGNING]
    by_place = [p for p in placed if p.state is None]
    if not (said or by_place):
        raise UnusableKey(
            "None of the keys in DRF_JWT_KIT['KEYS'] signs: each is next or retiring.",
            hint="Put the key that signs first, without a state.",
            id="drf_jwt_kit.E020",
        )
    signing = (said or by_place)[0]
    if signing.key.signing_key is None:
        raise UnusableKey(
            f"{signing.where} is to sign, and holds a public key, which can only verify.",
            hint="Give the private key, or name a function to 'sign' elsewhere; or put the key "
            "that signs before it.",
            id="drf_jwt_kit.E021",
        )
    return signing


def _demand_different_names(placed: Sequence[PlacedKey]) -> None:
    first: dict[str, PlacedKey] = {}
    for one in placed:
        other = first.setdefault(one.key.kid, one)
        if other is not one:
            raise UnusableKey(
                f"{other.where} and {one.where} have the same kid, {one.key.kid!r}: a token "
                "would not say which of them verifies it.",
                hint="Take one of them out if they are the same key; otherwise give each a "
                "'kid' of its own, or none.",
                id="drf_jwt_kit.E023",
            )
