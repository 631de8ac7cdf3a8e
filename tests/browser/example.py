"""The example project as `make demo` serves it, and its page as a person uses it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from .profile import Profile

PATIENCE = 20  # seconds
PASSWORD = "correct-horse-battery"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


class ExamplePage:
    """The page at ``/``, in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def visit(cls, profile: Profile, url: str, mode: str = "cookie") -> ExamplePage:
        """The page in a new tab, in ``mode``, when it knows who is logged in."""
        visited = cls(profile.visit(f"{url}/?mode={mode}"))
        visited.wait_until_ready()
        return visited

    def wait_until_ready(self) -> None:
        """Return when the page has asked what it asks at its beginning."""
        self.page.wait_for_selector("body[data-ready]")

    def reload(self) -> None:
        """As the button does."""
        self.page.reload()
        self.wait_until_ready()

    def log_in(self, username: str = "alice", password: str = PASSWORD) -> None:
        """Fill in the form and send it, to its end."""
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.button("Log in", within="#login").click()
        self.devices.first.wait_for()

    def log_in_unseen(self, username: str) -> None:
        """As another page of the site does, whatever this one shows."""
        script = """async (credentials) => {
            const { createClient } = await import("/static/drf_jwt_kit/client.js");
            await createClient({ baseUrl: "/api/auth/" }).login(credentials);
        }"""
        self.page.evaluate(script, {"username": username, "password": PASSWORD})

    def button(self, name: str, within: str = "body") -> Locator:
        """The button with exactly that name."""
        return self.page.locator(within).get_by_role("button", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        """The heading of that name, if it is shown."""
        return self.page.get_by_role("heading", name=name, exact=True)

    def begin_theft(self) -> None:
        """Play it until the thief waits."""
        self.button("Play it").click()
        self.heading("The thief waits").wait_for()

    def play_theft(self) -> list[str]:
        """Play it to its end; the headings of its steps."""
        self.button("Play it").click()
        self.page.locator("#theft-steps .end").wait_for()
        return self.page.locator("#theft-steps h3").all_inner_texts()

    def step(self, title: str, of: str = "ours") -> str:
        """What a step of the theft says of this package, or of "plain" Simple JWT."""
        named = self.page.locator("#theft-steps li").filter(has=self.heading(title))
        return named.locator(f".{of} p").inner_text()

    def box(self, selector: str) -> dict[str, float]:
        """Where an element lies in the window."""
        box = self.page.locator(selector).bounding_box()
        assert box is not None, f"{selector} is not shown"
        return dict(box)

    def claims(self) -> dict[str, str]:
        """What the token says, by claim, with what each is for."""
        rows = self.page.locator("#claims > div").all()
        return {
            row.locator("dt").text_content() or "": row.locator(".meaning").text_content() or ""
            for row in rows
        }

    @property
    def devices(self) -> Locator:
        """The rows of "My devices"."""
        return self.page.locator("#devices li")

    @property
    def said(self) -> Locator:
        """What the page says of what was done."""
        return self.page.locator("#message")

    @property
    def complained(self) -> Locator:
        """The same where something went wrong."""
        return self.page.locator("#alert")

    @property
    def answer(self) -> Locator:
        """What a called view has answered."""
        return self.page.locator("#answer")

    @property
    def focused(self) -> str:
        """The id of what has the focus."""
        name: str = self.page.evaluate("document.activeElement.id")
        return name

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def within_reach(self) -> list[str]:
        """What the malicious script has found of the access token and the refresh token."""
        return self.page.locator("#reach li > :last-child").all_inner_texts()


def end_all(database: Path) -> None:
    """Leave no session, so that a test has the list of devices to itself."""
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as opened, opened:
        opened.execute("DELETE FROM drf_jwt_kit_session")


def make_wide(database: Path) -> None:
    """Let each session have the longest that an admin's list may have to show."""
    facts = {
        "name": "The tablet in the kitchen of the house by the sea",
        "ip": "2001:db8:1234:5678:9abc:def0:1234:5678",
        "revoked_at": "2026-11-27 22:58:59",
        "revoked_reason": "password_changed",
        "last_used_at": "2026-11-27 22:58:59",
    }
    assignments = ", ".join(f"{column} = :{column}" for column in facts)
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as opened, opened:
        opened.execute(f"UPDATE drf_jwt_kit_session SET {assignments}", facts)  # noqa: S608
