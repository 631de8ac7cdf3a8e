"""Which keys does the issuer sign with now? Fetched, kept, and fetched again when due.

One fetch an interval at the most, whatever tokens ask for: whoever invents a ``kid`` a request
makes no more requests to the issuer than that.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.core.signals import setting_changed

from drf_jwt_kit.exceptions import KeysUnavailable

from .fetch import FetchFailed
from .received import keys_of
from .ring import Key
from .soundness import UnsoundKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

logger = logging.getLogger("drf_jwt_kit")


class IssuerSettings(Protocol):
    """Where an issuer's keys are, what they may be for, and how often to ask.

    ``ISSUER`` is what the log calls it. What each duration means is told where it is set.
    """

    @property
    def JWKS_URL(self) -> str: ...  # noqa: N802  # settings are written so
    @property
    def ISSUER(self) -> str: ...  # noqa: N802
    @property
    def ALGORITHMS(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def KEYS_MAX_AGE(self) -> timedelta: ...  # noqa: N802
    @property
    def KEYS_KEPT_FOR(self) -> timedelta: ...  # noqa: N802
    @property
    def FETCH_INTERVAL(self) -> timedelta: ...  # noqa: N802
    @property
    def FETCH_TIMEOUT(self) -> timedelta: ...  # noqa: N802


@dataclass(frozen=True)
class _Held:
    keys: Mapping[str, Key]
    left_out: list[tuple[int, str]]
    since: float


class IssuerKeys(Mapping[str, Key]):
    """The issuer's keys by ``kid``, one of these a process. ``clock`` gives seconds.

    Looking one up may fetch them, and raises KeysUnavailable (503) where none were ever had,
    or none for longer than ``KEYS_KEPT_FOR``. An unknown ``kid`` is a KeyError.
    """

    def __init__(
        self,
        settings: IssuerSettings,
        *,
        fetch: Callable[[str, float], Any],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._fetch, self._clock = settings, fetch, clock
        self._held: _Held | None = None
        self._tried: float | None = None
        self._fetching = threading.Lock()

    @property
    def verifying(self) -> Mapping[str, Key]:
        """Itself, for the codec."""
        return self

    def __getitem__(self, kid: str) -> Key:
        held = self._held
        if held is None:
            held = self._fetched_instead_of(None, wait=True)
        elif kid not in held.keys:
            held = self._fetched_instead_of(held, wait=True)
        elif self._age(held) > self._settings.KEYS_MAX_AGE.total_seconds():
            held = self._fetched_instead_of(held, wait=False)
        if held is None or self._age(held) > self._settings.KEYS_KEPT_FOR.total_seconds():
            raise KeysUnavailable
        return held.keys[kid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held.keys if self._held else ())

    def __len__(self) -> int:
        return len(self._held.keys) if self._held else 0

    def _age(self, held: _Held) -> float:
        return self._clock() - held.since

    def _fetched_instead_of(self, held: _Held | None, *, wait: bool) -> _Held | None:
        """What another thread has fetched or this one fetches; ``held`` where it is not due."""
        if not self._is_due() and not self._fetching.locked():
            return self._held
        if not self._fetching.acquire(blocking=False):
            if not wait:
                return held  # which is good enough while another thread fetches
            with self._fetching:
                return self._held  # also where that one found nothing: nobody tries in turn
        try:
            if self._held is held and self._is_due():
                self._held = self._try_to_fetch() or held
            return self._held
        finally:
            self._fetching.release()

    def _is_due(self) -> bool:
        interval = self._settings.FETCH_INTERVAL.total_seconds()
        if self._held is None:
            interval = min(interval, KeysUnavailable.wait)
        return self._tried is None or self._clock() - self._tried >= interval

    def _try_to_fetch(self) -> _Held | None:
        settings = self._settings
        try:
            document = self._fetch(settings.JWKS_URL, settings.FETCH_TIMEOUT.total_seconds())
            keys, left_out = keys_of(document, settings.ALGORITHMS)
        except (FetchFailed, UnsoundKey) as error:
            logger.error(  # noqa: TRY400  # no traceback of somebody else's server
                "event=issuer_keys_failed issuer=%s error=%r", settings.ISSUER, str(error)
            )
            return None
        finally:
            self._tried = self._clock()
        fetched = _Held(keys, left_out, self._clock())
        self._tell_what_changed(fetched)
        return fetched

    def _tell_what_changed(self, fetched: _Held) -> None:
        before = self._held
        if before is None or before.keys != fetched.keys:
            kids = ",".join(sorted(fetched.keys)) or None
            logger.info("event=issuer_keys issuer=%s kids=%r", self._settings.ISSUER, kids)
        if before is None or before.left_out != fetched.left_out:
            for place, why in fetched.left_out:
                logger.warning(
                    "event=issuer_key_left_out issuer=%s place=%d why=%r",
                    *(self._settings.ISSUER, place, why),
                )


class SharedKeys:
    """One set of an issuer's keys for all threads of a process.

    ``make`` makes it when the first thread asks, and anew once one of ``settings`` has changed.
    """

    _made: IssuerKeys | None

    def __init__(self, make: Callable[[], IssuerKeys], *, settings: frozenset[str]) -> None:
        self._make, self._settings = make, settings
        self._start_anew()
        setting_changed.connect(self._forget)
        # A child of a fork may have got a lock from a thread that is not in it, and would wait
        # for ever.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_anew)

    def get(self) -> IssuerKeys:
        """The keys, which are fetched when the first one of them is asked for."""
        with self._making:  # or the first threads would each make some, and fetch
            if self._made is None:
                self._made = self._make()
            return self._made

    def _start_anew(self) -> None:
        self._making = threading.Lock()
        self._made = None

    def _forget(self, *, setting: str, **_kwargs: object) -> None:
        if setting in self._settings:
            self._made = None
