"""The sessions that a browser has bound to its device, as its developer tools tell of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .chromium import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Page

FEATURES = "DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting"
"""With these Chromium binds sessions, to keys in software where the machine has no chip."""


class Keys:
    """Those of the browser that has this page open. Use it in the browser's thread."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._kept: dict[str, dict[str, str]] = {}
        self._tools = page.context.new_cdp_session(page)
        self._tools.on("Network.deviceBoundSessionsAdded", self._see_all)
        self._tools.on("Network.deviceBoundSessionEventOccurred", self._see)
        self._tools.send("Network.enableDeviceBoundSessions", {"enable": True})

    def wait_for(self, session: str) -> None:
        """Return when the browser has bound ``session``; the server knows a moment earlier."""
        deadline = time.monotonic() + PATIENCE / 1000
        while session not in self._kept:
            assert time.monotonic() < deadline, f"{session} is not among {list(self._kept)}"
            self._page.wait_for_timeout(5)

    def lose(self, session: str) -> None:
        """Forget the key of ``session``, as a browser does whose chip was cleared."""
        self.wait_for(session)
        self._tools.send("Network.deleteDeviceBoundSession", {"key": self._kept[session]})

    def _see_all(self, event: dict[str, Any]) -> None:
        self._kept.update({bound["key"]["id"]: bound["key"] for bound in event["sessions"]})

    def _see(self, event: dict[str, Any]) -> None:
        if "terminationEventDetails" in event:
            self._kept.pop(event["sessionId"], None)
        elif "creationEventDetails" in event and event["succeeded"]:
            self._see_all({"sessions": [event["creationEventDetails"]["newSession"]]})
