"""The Chromium of this machine, started once a run and driven from a thread of its own.

Playwright's plain API leaves an event loop running in the thread that uses it, and Django refuses
every query there. So that thread is not the one that other tests run in.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Playwright

    Answer = TypeVar("Answer")

VARIABLE = "TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Debian's build of the same Chromium without windows: a third less work in each test. Not in it:
# pages that are kept for whoever goes back, and sessions that are bound to a device.
WITHOUT_WINDOWS = "chromium-headless-shell"
# Two pages of Chromium's own behind the address line of each new window, which nobody types into:
# half of what these tests cost.
_UNSEEN = ("WebUIOmniboxAimPopup", "WebUIOmniboxPopup")
# What Playwright turns off: of several such options Chromium hears the last one alone.
_OFF = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
    "msEdgeUpdateLaunchServicesPreferredVersion",
    "msForceBrowserSignIn",
)
_OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={','.join(_OFF + _UNSEEN)}",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
_THREAD = "chromium"
PATIENCE = 20_000
"""Milliseconds until what must happen in a page counts as not happening."""
LONGEST = 90
"""Seconds until a test counts as hung: what a page's script awaits has no time-out of its own."""


def executable(*names: str) -> str | None:
    """The browser that the environment names, or else the first of ``names`` that is installed."""
    found = (shutil.which(name) for name in names)
    return os.environ.get(VARIABLE) or next(filter(None, found), None)


class Chromium:
    """A running browser."""

    def __init__(self, path: str, *flags: str) -> None:
        self._flags = flags
        self._thread = ThreadPoolExecutor(1, _THREAD)
        self._playwright: Playwright
        self.browser: Browser
        self.run(self._launch, path)

    def run(self, work: Callable[..., Answer], *args: Any, **kwargs: Any) -> Answer:
        """What ``work`` returns or raises, in the one thread that may touch the browser."""
        if threading.current_thread().name.startswith(_THREAD):
            return work(*args, **kwargs)
        future = self._thread.submit(work, *args, **kwargs)
        done, _ = wait([future], LONGEST)
        if not done:
            self._interrupt()
        return future.result()

    def close(self) -> None:
        """End the browser, and the thread."""
        self.run(self._close)
        self._thread.shutdown()

    def _interrupt(self) -> None:
        """Let whatever waits for the browser fail, in later tests too."""
        for pid in self._driver:
            os.kill(pid, signal.SIGKILL)

    def _launch(self, path: str) -> None:
        from playwright.sync_api import sync_playwright

        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
        before = _children()
        self._playwright = sync_playwright().start()
        self._driver = _children() - before
        self.browser = self._playwright.chromium.launch(
            executable_path=path,
            args=[*_OPTIONS, *as_root, *self._flags],
            # A person's browser has it; test_history.py needs it.
            ignore_default_args=["--disable-back-forward-cache"],
        )

    def _close(self) -> None:
        self.browser.close()
        self._playwright.stop()


def running(path: str, *flags: str) -> Iterator[Chromium]:
    """A browser for a fixture, which ends it."""
    started = Chromium(path, *flags)
    yield started
    started.close()


def _children() -> set[int]:
    """The processes that this one has started; Linux alone tells."""
    lists = Path("/proc/self/task").glob("*/children")
    return {int(pid) for children in lists for pid in children.read_text().split()}
