"""A browser as the server sees one: cookies come back, and a page of ours says where it is."""

from __future__ import annotations

from typing import Any

from django.test import Client

from drf_jwt_kit.models import Session
from tests.conftest import PASSWORD, claims_of

ACCESS, REFRESH = "__Host-access_token", "__Host-refresh_token"


class Browser(Client):
    """Django's client with the CSRF check on. ``send`` is what a page's script would do."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **defaults)
        self.csrf_token = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """From a page of this host, with the CSRF token that is current."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
        if method != "get":
            own["X-CSRFToken"] = self.get("/api/auth/csrf/").json()["csrf_token"]
        content = {"data": body or {}, "content_type": "application/json"}
        content = {} if method == "get" else content
        return getattr(self, method)(path, headers={**own, **headers}, **content)

    def log_in(self, user: Any) -> Any:
        answer = self.send("post", "/api/auth/", credentials(user))
        assert answer.status_code == 200, answer.content
        return answer

    def refresh(self, **headers: str) -> Any:
        return self.send("post", "/api/auth/refresh/", **headers)

    def held(self, name: str) -> str:
        """What the cookie holds; empty where it is gone."""
        return self.cookies[name].value if name in self.cookies else ""


class CutOff:
    """The body of a request whose client has gone away."""

    def read(self, *_: int) -> bytes:
        raise OSError("Connection reset by peer")

    readline = read


def credentials(user: Any) -> dict[str, str]:
    return {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}


def session_of(browser):
    return Session.objects.get(pk=claims_of(browser.held(REFRESH))["sid"])


def attributes(answer, name):
    morsel = answer.cookies[name]
    return {key: morsel[key] for key in ("path", "domain", "secure", "httponly", "samesite")}


def cleared(answer):
    return {name for name, cookie in answer.cookies.items() if cookie["max-age"] == 0}


def cookies_of(browser):
    return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
