"""Which keys does the project have now: from ``KEYS``, SIMPLE_JWT or SECRET_KEY?

A process reads its keys again after KEYS_RELOAD_INTERVAL, so that a change needs no restart. What
becomes of those that cannot be read at that moment: see memory.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import cast

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import KeysUnavailable, ServiceUnavailable
from drf_jwt_kit.jose.jwk import Key
from drf_jwt_kit.logs import log

from .by_request import depends_on_request, ring_for_request
from .configured import keys_of_sources
from .memory import KEPT_FOR, Memory
from .ring import Attempt, KeyRing, Placed, PlacedKey, strictly
from .simplejwt import keys_of_simple_jwt

_RETRY = 10.0
"""Seconds after which a source that could not be read is asked again, at the latest."""
_PATIENCE = 2.0
"""Seconds for which a request waits for a reading, where the keys that it has are too old."""


@dataclass(frozen=True)
class _Held:
    ring: KeyRing
    read_at: float
    until: float
    """Both on the monotonic clock."""
    memory: Memory


_held: _Held | None = None
_reading = threading.Lock()


def get_ring() -> KeyRing:
    """The project's keys, as they were read at most KEYS_RELOAD_INTERVAL ago.

    Raises UnusableKey if a key cannot be used and no keys were read before, which the system
    checks say at start-up, and KeysUnavailable if reading them takes longer than an hour.
    """
    if get_settings().KEYS is not None and depends_on_request(get_settings().KEYS):
        return ring_for_request(get_settings().KEYS)
    held = _held
    if held is not None and time.monotonic() < held.until:
        return held.ring
    return _read_in_turn(held)


def get_signing_key() -> Key:
    """The key that signs. Raises ServiceUnavailable if it cannot be read, and as ``get_ring``."""
    ring = get_ring()
    if ring.signing is None:
        raise ServiceUnavailable from ring.unsigned_because
    return ring.signing


def read_ring() -> KeyRing:
    """The project's keys, read from their sources now. Raises UnusableKey."""
    return KeyRing.of(placed_keys())


@sensitive_variables()  # in every frame below this one too
def placed_keys() -> list[PlacedKey]:
    """The project's keys in order, each with where it comes from. Raises UnusableKey."""
    return cast("list[PlacedKey]", _placed(strictly))  # none is absent, or it would have raised


@sensitive_variables()
def _placed(attempt: Attempt) -> list[Placed]:
    sources = get_settings().KEYS
    if sources is None:
        return [*keys_of_simple_jwt()]
    return keys_of_sources(sources, attempt=attempt)


@receiver(setting_changed)
def forget_ring(*, setting: str = "", **_kwargs: object) -> None:
    """Read the keys again at their next use."""
    global _held  # noqa: PLW0603  # one ring a process is what this module is for
    if setting in {"", "DRF_JWT_KIT", "SIMPLE_JWT", "SECRET_KEY", "SECRET_KEY_FALLBACKS"}:
        _held = None


def _take_new_lock() -> None:
    global _reading  # noqa: PLW0603
    _reading = threading.Lock()


# A child of a fork may have got the lock from a thread that is not in it, and never read again.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_take_new_lock)


def _read_in_turn(held: _Held | None) -> KeyRing:
    """Read the keys, unless another thread does and ``held`` can be used meanwhile."""
    global _held  # noqa: PLW0603
    if not _has_turn(held):
        assert held is not None  # noqa: S101  # or it would have waited
        return held.ring
    try:
        if _held is not None and _held is not held:
            return _held.ring  # another thread has read while this one waited
        _held = _read_anew(held)
        return _held.ring
    finally:
        _reading.release()


def _has_turn(held: _Held | None) -> bool:
    """Whether this thread is to read. Raises KeysUnavailable if another one reads for too long."""
    if held is None:
        return _reading.acquire()
    if time.monotonic() - held.read_at <= KEPT_FOR.total_seconds():
        return _reading.acquire(blocking=False)
    if not _reading.acquire(timeout=_PATIENCE):
        raise KeysUnavailable
    return True


def _read_anew(held: _Held | None) -> _Held:
    memory = Memory(_placed) if held is None else held.memory
    read_at, ring = time.monotonic(), memory.ring()
    if held is not None and ring is not held.ring:
        log("keys_changed", signing=ring.signing and ring.signing.kid)
    interval = get_settings().KEYS_RELOAD_INTERVAL.total_seconds()
    if memory.has_faults:
        interval = min(interval, _RETRY)
    return _Held(ring, read_at, time.monotonic() + interval, memory)
