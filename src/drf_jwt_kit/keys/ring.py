"""Which key signs, which ones verify, and which are published? See sources for where they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cached_property

from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.jwk import PUBLIC_MEMBERS, Key

NO_KEY_SIGNS = "drf_jwt_kit.E055"
SIGNING_KEY_IS_PUBLIC = "drf_jwt_kit.E056"
SAME_KID = "drf_jwt_kit.E023"

_PUBLIC = frozenset().union(*PUBLIC_MEMBERS.values()) | {"kid", "alg", "use"}


class KeyState(str, Enum):
    """The stage of a key in its life. A removed key is not in a ring."""

    NEXT = "next"
    """Published and verified with; does not sign yet."""
    SIGNING = "signing"
    RETIRING = "retiring"
    """No longer signs; verifies the tokens that it signed."""


@dataclass(frozen=True, kw_only=True)
class PlacedKey:
    """A key, its state (None if its place in a list decides that), and where it comes from.

    ``made`` is when it was made and ``since`` when it entered its state, if that is known.
    """

    key: Key
    state: KeyState | None
    where: str
    made: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedSet:
    """A JWK Set as it travels. Source: RFC 7517 section 5."""

    body: bytes
    etag: str


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """The key that signs, those announced to follow it, and those that it followed."""

    signing: Key
    next: tuple[Key, ...] = ()
    retiring: tuple[Key, ...] = ()

    @classmethod
    def of(cls, placed: Sequence[PlacedKey]) -> KeyRing:
        """The ring of keys in order: the first one without a state signs, or the one that says so.

        Raises UnusableKey where none can, or where two have one name.
        """
        stated = with_states(placed)
        keys = {state: [p.key for p in stated if p.state is state] for state in KeyState}
        return cls(
            signing=keys[KeyState.SIGNING][0],
            next=tuple(replace(key, signing_key=None) for key in keys[KeyState.NEXT]),
            retiring=tuple(replace(key, signing_key=None) for key in keys[KeyState.RETIRING]),
        )

    @cached_property
    def verifying(self) -> Mapping[str, Key]:
        """Every key by its ``kid``: the next ones too, which others may sign with already."""
        return {key.kid: key for key in self._all}

    @cached_property
    def published(self) -> tuple[Key, ...]:
        """What a JWKS lists: next, signing, retiring, and never an HMAC key."""
        return tuple(key for key in self._all if not key.is_secret)

    @cached_property
    def jwks(self) -> PublishedSet:
        """The published keys as others read them; the same bytes from every process."""
        listed = [key.public_jwk().items() for key in self.published]
        document = {"keys": [{n: value for n, value in jwk if n in _PUBLIC} for jwk in listed]}
        body = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        return PublishedSet(body=body, etag=f'"{hashlib.sha256(body).hexdigest()}"')

    @property
    def _all(self) -> tuple[Key, ...]:
        return (*self.next, self.signing, *self.retiring)


def with_states(placed: Sequence[PlacedKey]) -> list[PlacedKey]:
    """The keys with the state that each has in the ring. Raises UnusableKey as ``KeyRing.of``."""
    _require_different_names(placed)
    signing = _signing_one(placed)
    states = {None: KeyState.RETIRING, KeyState.SIGNING: KeyState.RETIRING}
    return [
        replace(p, state=KeyState.SIGNING if p is signing else states.get(p.state, p.state))
        for p in placed
    ]


def _signing_one(placed: Sequence[PlacedKey]) -> PlacedKey:
    said = [p for p in placed if p.state is KeyState.SIGNING]
    by_place = [p for p in placed if p.state is None]
    if not (said or by_place):
        problem = "No key of DRF_JWT_KIT['KEYS'] signs: the state of each is next or retiring."
        hint = "Put the key that signs first, without a state."
        raise UnusableKey(problem, hint=hint, id=NO_KEY_SIGNS)
    signing = (said or by_place)[0]
    if signing.key.signing_key is None:
        problem = f"{signing.where} is the key that signs, but a public key can only verify."
        hint = "Give the private key, or a function that signs as 'sign', or put another key first."
        raise UnusableKey(problem, hint=hint, id=SIGNING_KEY_IS_PUBLIC)
    return signing


def _require_different_names(placed: Sequence[PlacedKey]) -> None:
    first: dict[str, PlacedKey] = {}
    for one in placed:
        other = first.setdefault(one.key.kid, one)
        if other is not one:
            why = "so a token does not say which of them verifies it"
            problem = f"{other.where} and {one.where} have the same kid ({one.key.kid!r}), {why}."
            hint = "Remove one if they are the same key. Otherwise give each its own 'kid'."
            raise UnusableKey(problem, hint=hint, id=SAME_KID)
