"""Was this process asked to stop? Lets a command end at a moment that it chooses."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C; a container or a service that is stopped


class Interruption:
    """``signal`` is the one that asked, or None."""

    signal: signal.Signals | None = None

    @property
    def returncode(self) -> int:
        """What a shell says of a program that this signal has ended."""
        return 128 + self.signal if self.signal else 0


@contextmanager
def interruption_noted() -> Iterator[Interruption]:
    """Note the first Ctrl-C or SIGTERM of the block; a second one has its usual effect.

    A signal that is ignored, as in the background of a script, stays ignored. Outside of the
    main thread no signal arrives, and none is noted.
    """
    noted = Interruption()
    before: dict[signal.Signals, Any] = {}

    def note(number: int, frame: object) -> None:
        noted.signal = signal.Signals(number)
        restore()

    def restore() -> None:
        for which, handler in before.items():
            signal.signal(which, handler)

    if current_thread() is main_thread():
        before.update((which, signal.getsignal(which)) for which in _SIGNALS)
        for which, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(which, note)
    try:
        yield noted
    finally:
        restore()
