"""One person's browser: cookies, storage and tabs that no other test shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.leaks import WATCH

from .chromium import PATIENCE
from .tab import Tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Request, WebError

_COMPLAINTS = ("error", "warning", "assert")


class Profile:
    """Use it in the browser's thread only; ``new_profile`` makes one and closes it."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(**{"ignore_https_errors": True, **options})
        self.context.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        self._expected: list[str] = []
        self._tolerated: list[str] = []
        self.context.on("console", self._hear)
        self.context.on("weberror", self._hear_error)
        self.context.on("request", self._see)

    def open(self, url: str, **options: Any) -> Tab:
        """A new tab with a page of the shop, whose client.js was made with ``options``."""
        return Tab.open(self.context.new_page(), url, options)

    def visit(self, url: str) -> Any:
        """A new tab with any other page: Playwright's."""
        page = self.context.new_page()
        page.goto(url)
        return page

    def expect(self, *complaints: str) -> None:
        """Each of these must be in something that the console says, and nothing else may."""
        self._expected += complaints

    def tolerate(self, *complaints: str) -> None:
        """These the console may say or not: of a page that goes away it may be silent."""
        self._tolerated += complaints

    def unexpected(self) -> list[str]:
        """Complaints that no test expected, and expected ones that nobody made."""
        unheard = (
            f"The console never said {expected!r}."
            for expected in self._expected
            if not any(expected in complaint for complaint in self.complaints)
        )
        accepted = [*self._expected, *self._tolerated]
        return [
            *(said for said in self.complaints if not any(part in said for part in accepted)),
            *unheard,
        ]

    def sent(self, method: str, path: str) -> list[Request]:
        """The requests so far with this method and path, of all tabs."""
        return [
            request
            for request in self.requests
            if request.method == method and urlsplit(request.url).path == path
        ]

    def cookies(self) -> dict[str, dict[str, Any]]:
        """What the browser keeps, script's reach or not, by name."""
        return {cookie["name"]: dict(cookie) for cookie in self.context.cookies()}

    def tokens(self) -> dict[str, str]:
        """The token cookies alone, by name."""
        return {name: kept["value"] for name, kept in self.cookies().items() if "_token" in name}

    def put(self, name: str, value: str) -> None:
        """Let the token cookie ``name`` hold ``value``, as one from an earlier time may."""
        kept = self.cookies()[name]
        self.context.add_cookies([{**kept, "value": value}])

    def close(self) -> None:
        """End it; what its cookies held is secret."""
        WATCH.know_tokens(" ".join(cookie["value"] for cookie in self.context.cookies()))
        self.context.close()

    def _see(self, request: Request) -> None:
        self.requests.append(request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in _COMPLAINTS:
            where = urlsplit(message.location.get("url", ""))
            self.complaints.append(f"{message.type}: {message.text} [{where.path}]")

    def _hear_error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")
