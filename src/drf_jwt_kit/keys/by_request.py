"""Which keys has the project for this request, if a function in ``KEYS`` declares ``request``?

Such a function is asked at every use, so it must answer from memory. What is made of its answer is
remembered by the answer, never by the process alone, so no request gets the keys of another.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.asking import asking
from drf_jwt_kit.conf.fields import as_tuple
from drf_jwt_kit.exceptions import KeysUnavailable, UnusableKey
from drf_jwt_kit.logs import log

from .configured import keys_of_sources
from .functions import answer_of, function_of, is_function, takes_request
from .memory import KEPT_FOR, Memory
from .ring import Attempt, KeyRing, Placed

MOST = 1_000
"""How many rings a process remembers. The one that was not used for longest goes first."""


class _Ring:
    """The keys of one answer, as a process has read them."""

    def __init__(self, answered: list[Any]) -> None:
        self._answered = answered
        """Kept, because an address in their text stands for a function only while that lives."""
        self._memory, self._lock = Memory(self._placed, spares_new=True), Lock()
        self._held: tuple[KeyRing, float] | None = None
        """The keys, and until when they are used, on the monotonic clock."""
        self.used_at = time.monotonic()

    def current(self) -> KeyRing:
        """The keys, as they were read at most KEYS_RELOAD_INTERVAL ago. Raises UnusableKey.

        Takes no lock unless they must be read.
        """
        held, self.used_at = self._held, time.monotonic()
        if held is not None and self.used_at < held[1]:
            return held[0]
        with self._lock:
            return self._read_unless_held()

    def _read_unless_held(self) -> KeyRing:
        """The same; another thread may have read them while this one waited."""
        if self._held is None or time.monotonic() >= self._held[1]:
            ring = self._memory.ring()
            interval = get_settings().KEYS_RELOAD_INTERVAL.total_seconds()
            self._held = ring, time.monotonic() + interval
        return self._held[0]

    def _placed(self, attempt: Attempt) -> list[Placed]:
        return keys_of_sources([*map(_source_of, self._answered)], attempt=attempt)


_rings: dict[str, _Ring] = {}
_lock = Lock()
"""For what changes ``_rings``. Whoever finds its ring there takes no lock."""
_depends: dict[int, tuple[Any, bool]] = {}
"""By the identity of ``KEYS``, which is held so that nothing else can have it."""
_told: dict[str, float] = {}
"""When each failure of a function was logged last, on the monotonic clock."""


@sensitive_variables()  # in every frame below this one too
def depends_on_request(sources: Any) -> bool:
    """Whether a function among ``sources`` declares a parameter ``request``. Raises UnusableKey."""
    found = _depends.get(id(sources))
    if found is None:
        depends = any(_takes_request(source, where) for where, source in _named(sources))
        found = _depends[id(sources)] = (sources, depends)
    return found[1]


@sensitive_variables()
def ring_for_request(sources: Any) -> KeyRing:
    """The keys for the request that is asking, or for none.

    Read again after KEYS_RELOAD_INTERVAL. What cannot be read then: see memory. Raises
    KeysUnavailable where a function fails or none of its keys can be used, since nobody knows then
    which keys are those of the request, and SuspiciousOperation where a function does. Without a
    request, keys of which none can be used raise UnusableKey.
    """
    answered = _answered(sources)
    name = repr([_named_by(source) for source in answered])
    ring = _rings.get(name) or _added(name, answered)
    try:
        return ring.current()
    except UnusableKey as error:
        if asking() is None:
            raise
        raise _unavailable(error) from error


def _added(name: str, answered: list[Any]) -> _Ring:
    """A new ring under ``name``, or that of a thread which was faster."""
    with _lock:
        ring = _rings.setdefault(name, _Ring(answered))
        while len(_rings) > MOST:
            del _rings[min(_rings, key=lambda one: _rings[one].used_at)]
        return ring


@receiver(setting_changed)
def forget(*, setting: str = "", **_kwargs: object) -> None:
    """Forget every ring."""
    if setting in {"", "DRF_JWT_KIT", "SECRET_KEY", "SECRET_KEY_FALLBACKS"}:
        _rings.clear()
        _depends.clear()
        _told.clear()


def _start_anew() -> None:
    global _lock  # noqa: PLW0603
    _lock = Lock()
    _rings.clear()


# A child of a fork may have got the lock from a thread that is not in it.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


@dataclass(frozen=True)
class _Answer:
    """What a function answers for this request, under the function's name for messages."""

    function: str
    keys: Any


def _answered(sources: Any) -> list[Any]:
    """The sources, each function that declares ``request`` replaced by its answer."""
    return [
        _answer(source, where) if _takes_request(source, where) else source
        for where, source in _named(sources)
    ]


def _answer(function: Any, where: str) -> _Answer:
    """Raises KeysUnavailable where the function fails."""
    try:
        return _Answer(*answer_of(function, where, asking()))
    except UnusableKey as error:
        raise _unavailable(error) from error


def _unavailable(why: UnusableKey) -> KeysUnavailable:
    """What a request is answered, which is logged once an hour."""
    if _is_news(why.problem):
        log("keys_unavailable", level=logging.ERROR, cause=why, error=why.problem)
    return KeysUnavailable()


def _is_news(problem: str) -> bool:
    """Whether a failure was not logged for an hour. It comes with every request, and for one tenant
    perhaps but not for others."""
    at = time.monotonic()
    is_news = at - _told.get(problem, float("-inf")) > KEPT_FOR.total_seconds()
    if is_news:
        _told[problem] = at
        while len(_told) > MOST:  # a name of a file in it may come from the request
            _told.pop(next(iter(_told)), None)
    return is_news


def _named(sources: Any) -> list[tuple[str, Any]]:
    """Each source, after the name that messages use for it."""
    several = isinstance(sources, (list, tuple))
    numbered = enumerate(as_tuple(sources))
    return [(f"DRF_JWT_KIT['KEYS']{f'[{n}]' * several}", source) for n, source in numbered]


def _takes_request(source: Any, where: str) -> bool:
    return is_function(source) and takes_request(function_of(source, where))


def _source_of(source: Any) -> Any:
    """A source that ``keys_of_sources`` reads: for an answer, a function that gives it."""
    if not isinstance(source, _Answer):
        return source

    def answer() -> Any:
        return source.keys

    answer.__qualname__ = source.function
    return answer


def _named_by(value: Any) -> Any:
    """What tells ``value`` from another one, whatever its class makes of its text."""
    if isinstance(value, _Answer):
        return _named_by(value.keys)
    if isinstance(value, dict):
        return [(_named_by(name), _named_by(member)) for name, member in value.items()]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(_named_by, value)]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, (str, os.PathLike)):
        return str.__str__(os.fspath(value))
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or type(value) in {bool, int} else (type(value), id(value))
