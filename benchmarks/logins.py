"""How does each side log in, refresh and log out? As a client of its endpoints does."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from .asking import ask, post
from .timing import Operation

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Endpoints:
    """The addresses of one side, and what its answers call its tokens."""

    obtain: str
    refresh: str | None = None
    logout: str | None = None
    basic: bool = False
    """Whether the password goes into the header, and the token of the answer is a ``token``."""
    _newest: deque[str] = field(default_factory=deque, init=False)
    """The refresh token of each session that is not being refreshed."""

    def login(self, username: str) -> dict[str, Any]:
        """What a server passes on when ``username`` logs in."""
        if self.basic:
            word = b64encode(f"{username}:{PASSWORD}".encode()).decode()
            return post(self.obtain, Authorization=f"Basic {word}")
        return post(self.obtain, {"username": username, "password": PASSWORD})

    def tokens(self, username: str) -> dict[str, str]:
        """What a login answers; ``access`` is the token that requests are made with."""
        answer = json.loads(ask(self.login(username)))
        return {"access": answer["token"]} if self.basic else answer

    def obtaining(self, username: str) -> Operation:
        """Each login is one more."""
        return Operation(lambda: self.login(username), ask)

    def refreshing(self, username: str) -> Operation:
        """Each refresh presents what an earlier one has answered.

        A client refreshes once a quarter of an hour, so that nothing is left to count.
        """

        def present() -> tuple[str, dict[str, Any]]:
            cache.clear()
            newest = self._newest.popleft() if self._newest else self.tokens(username)["refresh"]
            return newest, post(str(self.refresh), {"refresh": newest})

        def refresh(presented: tuple[str, dict[str, Any]]) -> None:
            newest, environ = presented
            self._newest.append(json.loads(ask(environ)).get("refresh", newest))

        return Operation(present, refresh)

    def logging_out(self, username: str) -> Operation:
        """Each logout ends a login that was made for it."""
        return Operation(lambda: self._farewell(self.tokens(username)), ask)

    def _farewell(self, tokens: dict[str, str]) -> dict[str, Any]:
        if self.basic:
            return post(str(self.logout), Authorization=f"Token {tokens['access']}")
        return post(str(self.logout), {"refresh": tokens["refresh"]})


def sides() -> dict[str, Endpoints]:
    """The endpoints of every side that has a login, by its name."""
    return {
        "simplejwt": Endpoints("/simplejwt/plain/obtain/", "/simplejwt/plain/refresh/"),
        "simplejwt with blacklist": Endpoints(
            "/simplejwt/obtain/", "/simplejwt/refresh/", "/simplejwt/logout/"
        ),
        "knox": Endpoints("/knox/obtain/", None, "/knox/logout/", basic=True),
        "kit": Endpoints("/api/token/", "/api/token/refresh/", "/api/token/logout/"),
    }
