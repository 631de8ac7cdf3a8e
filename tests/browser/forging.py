"""An attack on somebody who is logged in, and everything that it could change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.servers.client import Person

    from .profile import Profile
    from .shop import Shop
    from .tab import Tab

TARGETS = {
    "login": "/api/auth/",
    "refresh": "/api/auth/refresh/",
    "logout": "/api/auth/logout/",
    "order": "/api/orders/",
}

_ASK = """async ({ url, body, token, init }) => {
    const headers = { ...init.headers };
    if (token) {
        const csrf = await fetch(token, { credentials: "include" });
        headers["X-CSRFToken"] = (await csrf.json()).csrf_token;
    }
    const answer = await fetch(url, {
        method: "POST", credentials: "include", body: JSON.stringify(body), ...init, headers,
    });
    return answer.status;
}"""


@dataclass(frozen=True)
class Scene:
    """Ada is logged in; Mallory has an account of the same shop and a page on ``host``."""

    shop: Shop
    profile: Profile
    tab: Tab
    ada: Person
    mallory: Person
    host: str

    @classmethod
    def of(cls, shop: Shop, profile: Profile, *, host: str) -> Scene:
        """Log a new Ada in; Mallory's page is on ``host``."""
        ada, mallory = shop.newcomer(), shop.newcomer()
        tab = profile.open(shop.at())
        tab.login(ada)
        return cls(shop=shop, profile=profile, tab=tab, ada=ada, mallory=mallory, host=host)

    def state(self) -> dict[str, Any]:
        """What an attack may not change: sessions and orders of both, and Ada's cookies."""
        return {
            "sessions": [self.shop.sessions(self.ada), self.shop.sessions(self.mallory)],
            "orders": [self.shop.orders(self.ada), self.shop.orders(self.mallory)],
            "cookies": self.profile.tokens(),
        }

    def submit(self, target: str, *, encoding: str, into: str) -> int:
        """Open Mallory's page, which submits a form ``into`` itself or a frame; the status."""
        form = {
            "form-action": self.shop.at(TARGETS[target]),
            "form-enctype": encoding,
            "form-target": into,
            **self._fields(encoding),
        }
        self.profile.tolerate("the server responded with a status of 4")
        page = self.profile.context.new_page()
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            page.goto(f"{self.shop.at('/forgery/', host=self.host)}?{urlencode(form)}")
        page.wait_for_load_state()
        return answered.value.status

    def intrude(self) -> Page:
        """A page of Mallory's, for scripts."""
        page: Page = self.profile.visit(self.shop.at("/blank/", host=self.host))
        return page

    def ask(self, page: Page, target: str, *, token: bool, **init: Any) -> int:
        """Let a script of ``page`` POST there, with Mallory's credentials; the status it sees."""
        asked = {
            "url": self.shop.at(TARGETS[target]),
            "body": self._credentials() if target == "login" else {},
            "token": self.shop.at("/api/auth/csrf/") if token else None,
            "init": init,
        }
        status: int = page.evaluate(_ASK, asked)
        return status

    def _credentials(self) -> dict[str, str]:
        return {"username": self.mallory.name, "password": PASSWORD}

    def _fields(self, encoding: str) -> dict[str, str]:
        if encoding != "text/plain":
            return self._credentials()
        # The body of such a form is name=value: JSON that ends in a field which nobody reads.
        return {json.dumps({**self._credentials(), "ignored": ""})[:-2]: '"}'}
