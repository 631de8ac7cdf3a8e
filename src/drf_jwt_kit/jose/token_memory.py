"""Which tokens has this process verified before, so that it need not verify them again?

Of a token it keeps the SHA-256, what was verified, and by which key and policy: never the token.
It knows a token only while the same key has that name in the ring, for the same policy, and from
when it was verified until the token expires. Remembers no refusal. Decides nothing about sessions.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

from drf_jwt_kit.exceptions import InvalidToken, Reason

from .codec import MAX_TOKEN_LENGTH, Policy, decode_with_key
from .jwk import Key

MOST_BYTES = 8 * 2**20
"""How much memory a process uses for this: about 4,000 tokens of 400 characters."""

_AROUND_CLAIMS = 1_000
"""Bytes of what is kept of a token besides its claims, at most: what was read in them, numbers, and
its place by digest in a dict, which has room for as many again."""


@dataclass(slots=True)
class Known:
    """What was verified of one token, and what was read in it."""

    plain: Mapping[str, Any]
    nested: str | None
    """The claims that are lists or dicts, as JSON, because whoever gets them may change them."""
    kind: str
    key: Key
    policy: Policy
    since: float
    """Epoch seconds: when it was verified, from which on nothing but its age can refuse it."""
    until: float
    reading: Any = None
    """What the caller reads in the claims under this policy, once it has; nobody may change it."""

    def holds(self, keys: Mapping[str, Key], policy: Policy, now: float) -> bool:
        """Whether verifying the token at ``now`` would answer the same."""
        is_timely = self.since <= now < self.until
        return is_timely and self.policy is policy and keys.get(self.key.kid) is self.key

    def claims(self) -> dict[str, Any]:
        """The claims, of which nothing that can change is shared with another caller."""
        claims = dict(self.plain)
        if self.nested is not None:
            claims.update(json.loads(self.nested))
        return claims

    @property
    def size(self) -> int:
        """Bytes, as the interpreter counts them."""
        held = (self.plain, self.nested, *self.plain, *self.plain.values())
        return _AROUND_CLAIMS + sum(map(sys.getsizeof, held))


class TokenMemory:
    """The tokens that were presented lately, in at most ``most_bytes``.

    Finding one takes no lock. When the young ones fill half of the memory, the old ones are
    forgotten and the young ones are the old ones; one of these that is presented is young again.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._young: dict[bytes, Known] = {}
        self._old: dict[bytes, Known] = {}
        self._size = 0
        self._start_anew()
        # A child of a fork may have got the lock from a thread that is not in it.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_anew)

    def verified(self, presented: str | bytes, keys: Mapping[str, Key], policy: Policy) -> Known:
        """What ``codec.decode_typed`` finds in a token, now or before. Raises as that does.

        ``policy`` must be the same object while the settings are, and another one afterwards.
        """
        digest, now = _digest(presented), time.time()
        known = self._young.get(digest) or self._old.get(digest)
        if known is None or not known.holds(keys, policy, now):
            known = _verified(presented, keys, policy, now)
            self._keep(digest, known)
        elif digest not in self._young:
            self._keep(digest, known)
        return known

    def _keep(self, digest: bytes, known: Known) -> None:
        with self._lock:
            if digest not in self._young:
                self._size += known.size
            self._young[digest] = known
            if self._size > self._most_bytes / 2:
                self._young, self._old, self._size = {}, self._young, 0

    def _start_anew(self) -> None:
        self._lock = Lock()
        self._young, self._old, self._size = {}, {}, 0


def _digest(presented: object) -> bytes:
    """What stands for a token: equal for equal tokens, and no token can be made of it.

    Raises InvalidToken for what is no text, or is too long to be read.
    """
    if isinstance(presented, str):
        presented = presented.encode(errors="surrogatepass")
    if not isinstance(presented, bytes) or len(presented) > MAX_TOKEN_LENGTH:
        raise InvalidToken(Reason.INVALID)
    return sha256(presented).digest()


def _verified(presented: str | bytes, keys: Mapping[str, Key], policy: Policy, now: float) -> Known:
    claims, kind, key = decode_with_key(presented, keys, policy)
    nested = {name: value for name, value in claims.items() if isinstance(value, (dict, list))}
    return Known(
        plain=claims | dict.fromkeys(nested),
        nested=json.dumps(nested) if nested else None,
        kind=kind,
        key=key,
        policy=policy,
        since=now,
        until=claims["exp"] + policy.leeway.total_seconds(),
    )
