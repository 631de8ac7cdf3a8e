"""What does a process still know of keys that it can no longer read, and for how long?

A key whose file or variable is gone is gone, while others can be read. Whatever else cannot be
read is kept as it was read last, for an hour, so that a service which is down for minutes logs
nobody out. Then it has lapsed: it neither signs nor verifies until it can be read again. A key that
was never read, in a list that was, is absent alone: it ends none beside it, and brings none back.
Only where none of a list can be used any more, the list is what cannot be read.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.logs import log

from .ring import AbsentKey, Attempt, KeyRing, KeyState, Placed, PlacedKey

KEPT_FOR = timedelta(hours=1)
"""How long a key is used after it was read last. Not a setting: it bounds what a leaked key can do
that somebody has taken away in a way that we cannot read."""

_LIST = "the list of keys"


class Memory:
    """The keys of one project, as a process has read them. ``read`` reads all of them.

    With ``spares_new``, a key that was never read is absent alone in a list that was never read
    either.
    """

    def __init__(
        self, read: Callable[[Attempt], list[Placed]], *, spares_new: bool = False
    ) -> None:
        self._read, self._spares_new = read, spares_new
        self._known: dict[str, list[Placed]] = {}
        """The keys of each source, as they were when it could be read."""
        self._ring: KeyRing | None = None
        self._ring_at = self._now = 0.0
        self._asked: set[str] = set()
        self._within: list[str] = []
        """The sources that are being read, each inside of the one before."""
        self._missing: set[str] = set()
        self._drops_missing = True
        self._faults: dict[str, tuple[str, Exception]] = {}
        self._told: dict[str, str] = {}

    @property
    def has_faults(self) -> bool:
        """Whether something could not be read, the last time."""
        return bool(self._faults)

    def ring(self) -> KeyRing:
        """The keys as they can be read now, and else as they were within the last hour.

        The same object while nothing changes. Raises what reading raises, the first time.
        """
        self._now, before = time.monotonic(), self._ring
        try:
            placed = self._placed()
            ring = KeyRing.of(_signed_on(placed, before))
        except Exception as error:
            if before is None:
                raise
            ring = self._kept_ring(before, error)
        else:
            read = [one.read_at or 0.0 for one in placed if isinstance(one, PlacedKey)]
            self._ring_at = min(read, default=self._now)  # so that none is kept twice
        self._tell()
        self._ring = before if ring == before else ring
        return self._ring

    def _placed(self) -> list[Placed]:
        known = dict(self._known)
        placed = self._placed_now(drops_missing=True)
        if any(map(self._is_fresh, placed)):
            self._known |= {source: [] for source in self._missing}
            if not self._faults:  # or one of them may be needed once more
                self._known = {source: self._known[source] for source in self._asked}
        elif self._missing:
            # Nothing at all can be read, as where a volume is not mounted: so much was not taken
            # away key by key.
            self._known = known
            placed = self._placed_now(drops_missing=False)
        return self._without_doubles(placed)

    def _placed_now(self, *, drops_missing: bool) -> list[Placed]:
        self._drops_missing, self._missing, self._faults = drops_missing, set(), {}
        self._asked = set()
        return [self._stamped(one) for one in self._read(self._attempt)]

    def _attempt(
        self, source: str, read: Callable[[], list[Placed]], state: KeyState | None
    ) -> list[Placed]:
        self._asked.add(source)
        self._within.append(source)
        faults = dict(self._faults)
        try:
            keys = self._some_of(read())
        except UnusableKey as error:
            self._faults = faults  # what is within it is told with it
            if self._is_gone(error):
                self._missing.add(source)
                self._faults[source] = ("key_gone", error)
                return [AbsentKey(state=state, why=error)]
            return self._kept(source, error, state)
        finally:
            self._within.pop()
        self._known[source] = [self._stamped(one) for one in keys]
        return self._known[source]

    def _some_of(self, keys: list[Placed]) -> list[Placed]:
        """The keys of a source, unless none of several can be used and none was read before: then
        it is the source that cannot be read. Raises UnusableKey."""
        new = [one.why for one in keys if isinstance(one, AbsentKey) and one.kid is None]
        broken = [why for why in new if isinstance(why, UnusableKey) and not self._is_gone(why)]
        if broken and len(broken) == len(keys):
            raise broken[0]
        return keys

    def _is_gone(self, why: UnusableKey) -> bool:
        return why.is_missing and self._drops_missing

    def _kept(self, source: str, why: UnusableKey, state: KeyState | None) -> list[Placed]:
        """What is known of a source that cannot be read.

        Raises ``why`` if it is new, and not one of a list of which others have been read.
        """
        if source not in self._known:
            in_new_list = self._known.keys().isdisjoint(self._within)
            if in_new_list and not (self._spares_new and self._within[1:]):
                raise why
            self._faults[source] = ("key_unusable", why)
            return [AbsentKey(state=state, why=why)]
        still = [self._unless_lapsed(one, why) for one in self._known[source]]
        if not any(isinstance(one, PlacedKey) for one in still):
            self._faults[source] = ("keys_lapsed", why)
            return still or [AbsentKey(state=state, why=why)]
        self._faults[source] = ("keys_kept", why)
        return still

    def _kept_ring(self, before: KeyRing, why: Exception) -> KeyRing:
        """The whole ring, where a list of keys was read of which none can be made."""
        is_young = self._is_young(self._ring_at)
        self._faults[_LIST] = ("keys_kept" if is_young else "keys_lapsed", why)
        return before if is_young else before.without_keys(why)

    def _unless_lapsed(self, one: Placed, why: Exception) -> Placed:
        if isinstance(one, PlacedKey):
            if self._is_young(one.read_at or 0.0):
                return one
            return AbsentKey(state=one.state, why=why, kid=one.key.kid)
        return replace(one, why=why)

    def _is_young(self, read_at: float) -> bool:
        return self._now - read_at <= KEPT_FOR.total_seconds()

    def _is_fresh(self, one: Placed) -> bool:
        return isinstance(one, PlacedKey) and one.read_at == self._now

    def _stamped(self, one: Placed) -> Placed:
        if isinstance(one, PlacedKey) and one.read_at is None:
            return replace(one, read_at=self._now)
        return one

    def _without_doubles(self, placed: list[Placed]) -> list[Placed]:
        """Without keys that are read in one place and still kept in another, as where a function
        answers a new list of which one key cannot be used."""
        first: dict[str, PlacedKey] = {}
        different = []
        for one in placed:
            if isinstance(one, PlacedKey):
                other = first.setdefault(one.key.kid, one)
                if other is not one and not (self._is_fresh(one) and self._is_fresh(other)):
                    continue
            different.append(one)
        return different

    def _tell(self) -> None:
        """Log what has changed: once when something cannot be read, and once when that ends."""
        for source, (event, error) in self._faults.items():
            if self._told.get(source) != event:
                log(event, level=logging.ERROR, error=error)
        for source in self._told.keys() - self._faults.keys():
            if source == _LIST or any(map(self._is_fresh, self._known.get(source, []))):
                log("keys_back", level=logging.WARNING, source=source)
        self._told = {source: event for source, (event, _) in self._faults.items()}


def _signed_on(placed: list[Placed], before: KeyRing | None) -> list[Placed]:
    """Let the key that signs go on where one that came before it in a list cannot be used.

    Only if it is in the list still, and nothing there says that it no longer signs.
    """
    signer = None if before is None else before.signing
    listed = [one for one in placed if isinstance(one, PlacedKey) and one.state is None]
    if signer is None or not listed or listed[0].key.kid != signer.kid:
        return placed
    return [one for one in placed if isinstance(one, PlacedKey) or one.state or one.kid]
