"""How does a test let time pass for this package? By a clock that is ahead of the machine's.

Everything that decides about a token or a session goes by it, PyJWT and Simple JWT included. The
project's own code, its database and its throttles keep the machine's clock; time-machine and
freezegun move that, and this one is then ahead of theirs.
"""

from __future__ import annotations

import datetime as machine
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import jwt.api_jwt
import rest_framework_simplejwt.utils

from drf_jwt_kit import permissions, throttling
from drf_jwt_kit.conf import moments
from drf_jwt_kit.jose import codec, token_memory
from drf_jwt_kit.sessions import feed, revocations, stateless, tokens
from drf_jwt_kit.transports import cookie


class Clock:
    """A clock that is ahead of the machine's, or of the one that a test has put in its place."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def shift(self, by: timedelta) -> None:
        """Let ``by`` pass; less than nothing goes back."""
        self.ahead += by

    def time(self) -> float:
        """As ``time.time``."""
        return time.time() + self.ahead.total_seconds()

    def monotonic(self) -> float:
        """As ``time.monotonic``."""
        return time.monotonic() + self.ahead.total_seconds()


class _Datetime:
    """The class ``datetime`` with the time of ``clock``.

    It is asked for by its name each time, since freezegun puts another one there.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(machine.datetime, name)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, machine.datetime)

    def now(self, tz: machine.tzinfo) -> machine.datetime:
        return machine.datetime.now(tz) + self._clock.ahead


_clock = Clock()
_IN_PLACE_OF: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "time": (_clock, (codec, token_memory, tokens, stateless, permissions, cookie)),
    "datetime": (_Datetime(_clock), (moments, jwt.api_jwt, rest_framework_simplejwt.utils)),
    "monotonic": (_clock.monotonic, (feed, revocations, throttling)),
}
"""By the name under which modules know it: what stands there during a travel, and in which."""


@contextmanager
def later(by: timedelta = timedelta(0)) -> Iterator[Clock]:
    """Run a block, or a whole test as its decorator, when ``by`` has passed.

    Gives the clock, whose ``shift(timedelta)`` lets more time pass. One inside another adds to it.
    A negative ``by`` is earlier. All threads of the process see it.
    """
    before = _clock.ahead
    with ExitStack() as patches:
        for name, (ours, modules) in _IN_PLACE_OF.items():
            for module in modules:
                patches.enter_context(mock.patch.object(module, name, ours))
        _clock.shift(by)
        try:
            yield _clock
        finally:
            _clock.ahead = before
            feed.forget()  # what it has read is of another time
