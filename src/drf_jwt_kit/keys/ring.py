"""Which key signs, which ones verify, and which are published? See sources for where they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from drf_jwt_kit.exceptions import KeysUnavailable, UnusableKey
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
    ``read_at`` is when this process has read it, on the monotonic clock.
    """

    key: Key
    state: KeyState | None
    where: str
    made: datetime | None = None
    since: datetime | None = None
    read_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class AbsentKey:
    """The place of a key that cannot be read: it neither signs nor verifies.

    ``kid`` is its name where it has been read before, and could not be for too long.
    """

    state: KeyState | None
    why: Exception
    kid: str | None = None


Placed: TypeAlias = "PlacedKey | AbsentKey"
Attempt: TypeAlias = "Callable[[str, Callable[[], list[Placed]], KeyState | None], list[Placed]]"
"""How a source of keys is read: its name, what reads it, and the state of a key that is one."""


def strictly(
    _source: str, read: Callable[[], list[Placed]], _state: KeyState | None = None
) -> list[Placed]:
    """What ``read`` answers, or raises: the way in which checks read keys."""
    return read()


@dataclass(frozen=True, kw_only=True)
class PublishedSet:
    """A JWK Set as it travels. Source: RFC 7517 section 5."""

    body: bytes
    etag: str


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """The key that signs, those announced to follow it, and those that it followed.

    Where the key that should sign cannot be read, ``signing`` is None and ``unsigned_because`` says
    why. ``lapsed`` are the names of keys that could not be read for too long.
    """

    signing: Key | None
    next: tuple[Key, ...] = ()
    retiring: tuple[Key, ...] = ()
    lapsed: frozenset[str] = frozenset()
    unsigned_because: Exception | None = field(default=None, compare=False)

    @classmethod
    def of(cls, placed: Sequence[Placed]) -> KeyRing:
        """The ring of keys in order: the first one without a state signs, or the one that says so.

        Raises UnusableKey where none can, or where two have one name.
        """
        present = [p for p in placed if isinstance(p, PlacedKey)]
        _require_different_names(present)
        signing = _signing_one(placed)
        stated = _stated(present, signing)
        keys = {state: [p.key for p in stated if p.state is state] for state in KeyState}
        names = {p.key.kid for p in present}
        return cls(
            signing=keys[KeyState.SIGNING][0] if isinstance(signing, PlacedKey) else None,
            next=tuple(replace(key, signing_key=None) for key in keys[KeyState.NEXT]),
            retiring=tuple(replace(key, signing_key=None) for key in keys[KeyState.RETIRING]),
            lapsed=frozenset(p.kid for p in placed if isinstance(p, AbsentKey) and p.kid) - names,
            unsigned_because=signing.why if isinstance(signing, AbsentKey) else None,
        )

    def without_keys(self, why: Exception) -> KeyRing:
        """The ring in which every key of this one has lapsed."""
        lapsed = self.lapsed | {key.kid for key in self._all}
        return KeyRing(signing=None, lapsed=lapsed, unsigned_because=why)

    @cached_property
    def verifying(self) -> Mapping[str, Key]:
        """Every key by its ``kid``: the next ones too, which others may sign with already.

        Looking up a key that has lapsed raises KeysUnavailable, because it may be good.
        """
        keys = {key.kid: key for key in self._all}
        return _WithLapsed(keys, self.lapsed) if self.lapsed else keys

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
    def to_publish(self) -> PublishedSet:
        """The same. Raises KeysUnavailable where it is empty because keys have lapsed."""
        if self.lapsed and not self.published:
            raise KeysUnavailable
        return self.jwks

    @property
    def _all(self) -> tuple[Key, ...]:
        return (*self.next, *((self.signing,) if self.signing else ()), *self.retiring)


class _WithLapsed(Mapping[str, Key]):
    def __init__(self, keys: Mapping[str, Key], lapsed: frozenset[str]) -> None:
        self._keys, self._lapsed = keys, lapsed

    def __getitem__(self, kid: str) -> Key:
        if kid in self._lapsed:
            raise KeysUnavailable
        return self._keys[kid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def with_states(placed: Sequence[PlacedKey]) -> list[PlacedKey]:
    """The keys with the state that each has in the ring. Raises UnusableKey as ``KeyRing.of``."""
    _require_different_names(placed)
    return _stated(placed, _signing_one(placed))


def _stated(placed: Sequence[PlacedKey], signing: Placed) -> list[PlacedKey]:
    states = {None: KeyState.RETIRING, KeyState.SIGNING: KeyState.RETIRING}
    return [
        replace(p, state=KeyState.SIGNING if p is signing else states.get(p.state, p.state))
        for p in placed
    ]


def _signing_one(placed: Sequence[Placed]) -> Placed:
    said = [p for p in placed if p.state is KeyState.SIGNING]
    by_place = [p for p in placed if p.state is None]
    if not (said or by_place):
        problem = "No key of DRF_JWT_KIT['KEYS'] signs: the state of each is next or retiring."
        hint = "Put the key that signs first, without a state."
        raise UnusableKey(problem, hint=hint, id=NO_KEY_SIGNS)
    signing = (said or by_place)[0]
    if isinstance(signing, PlacedKey) and signing.key.signing_key is None:
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
