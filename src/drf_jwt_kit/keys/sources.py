"""Which keys does the project have now: from ``KEYS``, SIMPLE_JWT or SECRET_KEY?

A process reads its keys again after KEYS_RELOAD_INTERVAL, so that a change needs no restart.
If they cannot be read at that moment, it keeps the keys that it has.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings

from .by_request import depends_on_request, ring_for_request
from .configured import keys_of_sources
from .ring import KeyRing, PlacedKey
from .simplejwt import keys_of_simple_jwt

logger = logging.getLogger("drf_jwt_kit")


@dataclass(frozen=True)
class _Held:
    ring: KeyRing
    until: float
    """On the monotonic clock."""


_held: _Held | None = None
_reading = threading.Lock()


def get_ring() -> KeyRing:
    """The project's keys, as they were read at most KEYS_RELOAD_INTERVAL ago.

    Raises UnusableKey if a key cannot be used and no keys were read before. The system checks
    say the same at start-up.
    """
    if get_settings().KEYS is not None and depends_on_request(get_settings().KEYS):
        return ring_for_request(get_settings().KEYS)
    held = _held
    if held is not None and time.monotonic() < held.until:
        return held.ring
    return _read_in_turn(held)


def read_ring() -> KeyRing:
    """The project's keys, read from their sources now. Raises UnusableKey."""
    return KeyRing.of(placed_keys())


@sensitive_variables()  # in every frame below this one too
def placed_keys() -> list[PlacedKey]:
    """The project's keys in order, each with where it comes from. Raises UnusableKey."""
    sources = get_settings().KEYS
    return keys_of_simple_jwt() if sources is None else keys_of_sources(sources)


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
    if not _reading.acquire(blocking=held is None):
        assert held is not None  # noqa: S101  # or it would have waited
        return held.ring
    try:
        if held is None and _held is not None:
            return _held.ring  # another thread has read while this one waited
        ring = _read_or_keep(held)
        interval = get_settings().KEYS_RELOAD_INTERVAL.total_seconds()
        _held = _Held(ring, time.monotonic() + interval)
        return ring
    finally:
        _reading.release()


def _read_or_keep(held: _Held | None) -> KeyRing:
    try:
        ring = read_ring()
    except Exception as error:
        if held is None:
            raise
        logger.error("event=keys_kept error=%r", str(error))  # noqa: TRY400  # no locals in a log
        return held.ring
    if held is None:
        return ring
    if ring == held.ring:
        return held.ring  # the same object, so that what is cached on it stays
    logger.info("event=keys_changed signing=%s", ring.signing.kid)
    return ring
