"""How do all threads of a process share one set of an issuer's keys?"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial

from django.core.signals import setting_changed

from drf_jwt_kit.jose.remote import IssuerKeys


class SharedKeys:
    """A function that returns the same set of an issuer's keys to all threads of a process.

    ``make`` makes it at the first call, and again after one of ``settings`` has changed.
    """

    _made: IssuerKeys | None

    def __init__(self, make: Callable[[], IssuerKeys], *, settings: tuple[str, ...]) -> None:
        self._make, self._settings = make, settings
        self._start_anew()
        setting_changed.connect(self._forget)
        # A child of a fork may have got a lock from a thread that is not in it, and would wait
        # for ever.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_anew)

    def __call__(self) -> IssuerKeys:
        made = self._made
        return self._first() if made is None else made

    def _first(self) -> IssuerKeys:
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


def shared(*settings: str) -> Callable[[Callable[[], IssuerKeys]], SharedKeys]:
    """Decorate a function that makes an issuer's keys of ``settings``: it is called once."""
    return partial(SharedKeys, settings=settings)
