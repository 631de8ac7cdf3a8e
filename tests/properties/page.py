"""A browser whose answers arrive when a test says, over HTTP to a served project."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from tests.conftest import PASSWORD, claims_of
from tests.flows.device import Device, offered
from tests.leaks import WATCH

ACCESS, REFRESH = "__Host-access_token", "__Host-refresh_token"


@dataclass(frozen=True)
class Reply:
    """What was answered, wherever it is by now."""

    status: int
    body: dict[str, Any]
    cookies: tuple[str, ...]
    """The lines of Set-Cookie."""
    headers: dict[str, str]


class Page:
    """A cookie jar that all tabs share. ``ask`` sends, ``hear`` is when the answer is here."""

    def __init__(self, site: Any, person: Any) -> None:
        self.site, self.person = site, person
        self.jar: dict[str, str] = {}
        self.device = Device()

    def log_in(self) -> None:
        """As this browser's user."""
        self.login = self.hear(self.ask("", {"username": self.person.name, "password": PASSWORD}))

    def refresh(self, jar: dict[str, str] | None = None, **headers: str) -> Reply:
        """Send the cookies, of now or of when they were copied; nothing is heard yet."""
        return self.ask("refresh/", {}, jar, **headers)

    def bind(self, reply: Reply) -> Reply:
        """Register the key of this browser's device, as ``reply`` offers."""
        path, challenge = offered(reply.headers)
        return self._by_itself(path, self.device.registration(challenge))

    def renew(self) -> Reply:
        """Send the cookies and a proof, as the browser of a bound session does by itself."""
        path = "/api/auth/bind/refresh/"
        asked = self._by_itself(path, "")
        challenge = asked.headers["Secure-Session-Challenge"].split('"')[1]
        return self._by_itself(path, self.device.proof(challenge))

    def _by_itself(self, path: str, proof: str) -> Reply:
        sent = {"Sec-Secure-Session-Id": self.sid, "Secure-Session-Response": proof}
        own = {"Sec-Fetch-Site": "same-origin", **sent}
        return self._send("POST", path.removeprefix("/api/auth/"), None, self.jar, own)

    def ask(
        self, path: str, body: Any = None, jar: dict[str, str] | None = None, **headers: str
    ) -> Reply:
        """POST ``body`` from a page of the site, or GET where there is none."""
        held = dict(self.jar if jar is None else jar)
        own = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
        if body is not None:
            csrf = self._send("GET", "csrf/", None, held, own)
            held |= jar_of(csrf)
            own["X-CSRFToken"] = csrf.body["csrf_token"]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send("GET" if body is None else "POST", path, body, held, {**own, **named})

    def hear(self, reply: Reply) -> Reply:
        """The answer is here: what it sets is set, what it clears is gone."""
        self.jar |= jar_of(reply)
        self.jar = {name: value for name, value in self.jar.items() if value}
        return reply

    @property
    def generation(self) -> int:
        """That of the refresh token in the jar."""
        return int(claims_of(self.jar[REFRESH])["gen"])

    @property
    def sid(self) -> str:
        """Its session."""
        return str(claims_of(self.jar[REFRESH])["sid"])

    def _send(
        self, method: str, path: str, body: Any, jar: dict[str, str], headers: dict[str, str]
    ) -> Reply:
        cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
        connection = self.site.kit().connect()
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, f"/api/auth/{path}", sent, {**headers, "Cookie": cookies})
            answer = connection.getresponse()
            lines = tuple(answer.headers.get_all("Set-Cookie") or ())
            WATCH.know_tokens("\n".join(lines))
            body = json.loads(answer.read() or b"{}")
            return Reply(answer.status, body, lines, dict(answer.headers))
        finally:
            connection.close()


def jar_of(reply: Reply) -> dict[str, str]:
    """The cookies that an answer sets; empty ones are those that it clears."""
    return {
        name: morsel.value for line in reply.cookies for name, morsel in SimpleCookie(line).items()
    }
