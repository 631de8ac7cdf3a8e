"""A tab with a page of the shop, and what a person does there: each call is one of client.js's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

_FETCH = """async ([path, init]) => {
    const answer = await client.fetch(path, init);
    return [answer.status, await answer.json().catch(() => null)];
}"""
_OUTCOME = """async (call) => {
    try {
        return { answer: await eval(call) };
    } catch (error) {
        const { name, status, code } = error;
        return { refused: { name, status, code } };
    }
}"""


@dataclass(frozen=True)
class Answer:
    """What ``client.fetch`` resolved to."""

    status: int
    body: Any


class Tab:
    """One page of the shop."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def open(cls, page: Page, url: str, options: dict[str, Any]) -> Tab:
        """Load the shop's page at ``url``, with a client made with ``options``."""
        page.goto(f"{url}?{urlencode({'options': json.dumps(options)})}" if options else url)
        tab = cls(page)
        tab.wait_until_ready()
        return tab

    def wait_until_ready(self) -> None:
        """Return when the page's module has run."""
        self.page.wait_for_function("window.client !== undefined")

    def reload(self) -> None:
        """As the button does."""
        self.page.reload()
        self.wait_until_ready()

    def go_back(self) -> None:
        """As the button does; a page that was kept is not loaded again."""
        self.page.go_back(wait_until="commit")
        self.page.wait_for_function("window.restored !== undefined")

    def login(self, user: Any, password: str = PASSWORD) -> Any:
        """Log ``user`` in; what ``client.login`` resolved to."""
        credentials = {"username": user.get_username(), "password": password}
        return self.page.evaluate("(credentials) => client.login(credentials)", credentials)

    def logout(self) -> None:
        """End the session."""
        self.page.evaluate("() => client.logout()")

    def get(self, path: str) -> Answer:
        """GET through ``client.fetch``."""
        return self.fetch(path)

    def post(self, path: str, data: Any) -> Answer:
        """POST ``data`` as JSON through ``client.fetch``."""
        return self.fetch(
            path,
            method="POST",
            headers={"Content-Type": "application/json"},
            body=json.dumps(data),
        )

    def fetch(self, path: str, **init: Any) -> Answer:
        """``client.fetch``, to its end."""
        return Answer(*self.page.evaluate(_FETCH, [path, init]))

    def begin(self, path: str, *, at: float | None = None) -> None:
        """Begin a GET, now or at ``at`` of the page's clock, and do not wait for it."""
        script = """([path, at]) => {
            const due = new Promise((go) => setTimeout(go, at === null ? 0 : at - Date.now()));
            window.begun = due.then(() => client.fetch(path)).then((answer) => answer.status);
        }"""
        self.page.evaluate(script, [path, at])

    def finish(self) -> int:
        """The status of what was begun."""
        status: int = self.page.evaluate("() => window.begun")
        return status

    def outcome(self, call: str) -> Any:
        """``{"answer": …}`` of an expression, or ``{"refused": {name, status, code}}``."""
        return self.page.evaluate(_OUTCOME, call)

    @property
    def session(self) -> Any:
        """What ``client.session`` says."""
        return self.page.evaluate("() => client.session")

    @property
    def ended(self) -> list[str]:
        """The reasons that ``onLogout`` was called with, oldest first."""
        reasons: list[str] = self.page.evaluate("() => window.ended")
        return reasons

    @property
    def seen(self) -> list[Any]:
        """The sessions, or None for none, that ``onChange`` was called with, oldest first."""
        sessions: list[Any] = self.page.evaluate("() => window.seen")
        return sessions

    def wait_until_seen(self) -> None:
        """Return when ``onChange`` was called; another tab tells this one a moment later."""
        self.page.wait_for_function("() => window.seen.length > 0")

    def wait_until_ended(self) -> None:
        """Return when ``onLogout`` was called; another tab tells this one a moment later."""
        self.page.wait_for_function("() => window.ended.length > 0")

    def script(self, expression: str, argument: Any = None) -> Any:
        """What a script of the page would get."""
        return self.page.evaluate(expression, argument)
