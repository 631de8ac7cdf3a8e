"""REVOCATION_LAG passes when a test says so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from drf_jwt_kit.contrib.channels import sockets

if TYPE_CHECKING:
    from tests.conftest import Stopwatch

PATIENCE = 30
"""Seconds, for what comes at once where nothing else runs."""


class Lag:
    """The pause between two looks at the open sockets of the process."""

    def __init__(self, monkeypatch: Any, clock: Stopwatch) -> None:
        self.clock = clock
        self._looks: asyncio.Queue[bool] | None = None
        self._over: asyncio.Event | None = None
        monkeypatch.setattr(sockets, "_pause", self._pause)
        monkeypatch.setattr(sockets, "monotonic", clock)

    async def looked(self) -> None:
        """Wait until the watch has looked, and pauses."""
        await asyncio.wait_for(self._queue().get(), PATIENCE)

    async def passes(self) -> None:
        """Let it pass, and wait for the look that follows, or the last one."""
        self.clock.shift(1)
        assert self._over is not None
        self._over.set()
        while sockets.watch()._open:  # turns of the loop, while threads answer
            await asyncio.sleep(0.001)
            if not self._queue().empty():
                self._queue().get_nowait()
                break

    async def _pause(self, woken: asyncio.Event, until: float) -> None:
        self._over = asyncio.Event()
        self._queue().put_nowait(True)
        both = [asyncio.ensure_future(event.wait()) for event in (woken, self._over)]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()

    def _queue(self) -> asyncio.Queue[bool]:
        if self._looks is None:
            self._looks = asyncio.Queue()
        return self._looks
