"""Which keys does an issuer sign with now? They are fetched, kept, and fetched again when due.

Keys are fetched at most once per interval, so a client that invents a ``kid`` for each request
cannot cause more requests to the issuer. Reads no settings: the caller names the issuer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from drf_jwt_kit.exceptions import KeysUnavailable
from drf_jwt_kit.logs import log

from .algorithms import UnsoundKey
from .fetch import FetchFailed
from .jwk import Key, keys_of


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Where an issuer's keys are, which algorithms they may be for, and how often to fetch them.

    ``issuer`` is its name in the log. Fetched keys are used for ``keys_max_age`` before they are
    fetched again, and for ``keys_kept_for`` while fetching fails. ``fetch_interval`` is the least
    time between two fetches, and ``fetch_timeout`` the most time that one may take.
    """

    jwks_url: str
    issuer: str
    algorithms: tuple[str, ...]
    keys_max_age: timedelta = timedelta(minutes=5)
    keys_kept_for: timedelta = timedelta(days=1)
    fetch_interval: timedelta = timedelta(minutes=1)
    fetch_timeout: timedelta = timedelta(seconds=5)


@dataclass(frozen=True)
class _Held:
    keys: Mapping[str, Key]
    left_out: list[tuple[int, str]]
    since: float


class IssuerKeys(Mapping[str, Key]):
    """The issuer's keys by ``kid``, once per process. ``clock`` returns seconds.

    A lookup may fetch the keys. It raises KeysUnavailable (503) if no fetch has succeeded yet, or
    none within ``keys_kept_for``. An unknown ``kid`` is a KeyError.
    """

    def __init__(
        self,
        issuer: Issuer,
        *,
        fetch: Callable[[str, float], Any],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer, self._fetch, self._clock = issuer, fetch, clock
        self._held: _Held | None = None
        self._tried: float | None = None
        self._fetching = threading.Lock()

    def __getitem__(self, kid: str) -> Key:
        held = self._held
        if held is None or kid not in held.keys:
            held = self._fetched_instead_of(held, wait=True)
        elif self._age(held) > self._issuer.keys_max_age.total_seconds():
            held = self._fetched_instead_of(held, wait=False)
        if held is None or self._age(held) > self._issuer.keys_kept_for.total_seconds():
            raise KeysUnavailable
        return held.keys[kid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held.keys if self._held else ())

    def __len__(self) -> int:
        return len(self._held.keys) if self._held else 0

    def _age(self, held: _Held) -> float:
        return self._clock() - held.since

    def _fetched_instead_of(self, held: _Held | None, *, wait: bool) -> _Held | None:
        """The keys after a fetch by this thread or another; ``held`` if no fetch is due."""
        if not self._is_due() and not self._fetching.locked():
            return self._held
        if not self._fetching.acquire(blocking=False):
            if not wait:
                return held  # it may be used while another thread fetches
            with self._fetching:
                return self._held  # also if that fetch failed: waiting threads do not try it again
        try:
            if self._held is held and self._is_due():
                self._held = self._try_to_fetch() or held
            return self._held
        finally:
            self._fetching.release()

    def _is_due(self) -> bool:
        interval = self._issuer.fetch_interval.total_seconds()
        if self._held is None:
            interval = min(interval, KeysUnavailable.wait)
        return self._tried is None or self._clock() - self._tried >= interval

    def _try_to_fetch(self) -> _Held | None:
        issuer = self._issuer
        try:
            document = self._fetch(issuer.jwks_url, issuer.fetch_timeout.total_seconds())
            keys, left_out = keys_of(document, issuer.algorithms)
        except (FetchFailed, UnsoundKey) as error:
            # Without its traceback: the fault is not here.
            log("issuer_keys_failed", level=logging.ERROR, issuer=issuer.issuer, error=error)
            return None
        finally:
            self._tried = self._clock()
        fetched = _Held(keys, left_out, self._clock())
        self._tell_what_changed(fetched)
        return fetched

    def _tell_what_changed(self, fetched: _Held) -> None:
        before, name = self._held, self._issuer.issuer
        if before is None or before.keys != fetched.keys:
            kids = ",".join(sorted(fetched.keys)) or None
            log("issuer_keys", issuer=name, kids=kids)
        if before is None or before.left_out != fetched.left_out:
            for place, why in fetched.left_out:
                level = logging.WARNING
                log("issuer_key_left_out", level=level, issuer=name, place=place, why=why)
