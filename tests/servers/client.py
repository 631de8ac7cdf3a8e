"""The suite's client, over a real connection to a real server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from tests.conftest import Kit
from tests.leaks import WATCH

PATIENCE = 60.0
"""Seconds until a request counts as lost."""


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.content)


@dataclass(frozen=True)
class Person:
    """A user of the served project, as far as a client knows it."""

    name: str
    pk: int
    USERNAME_FIELD = "username"

    def get_username(self) -> str:
        """What it logs in with."""
        return self.name


class DistantKit(Kit):
    """``tests.conftest.Kit`` over TCP: a connection for each request, as many clients have."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def connect(self) -> HTTPConnection:
        """A new connection."""
        return HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)

    def get(self, path: str, **extra: Any) -> Answer:
        """GET ``path``."""
        return self._send("GET", path, None, extra.get("headers"))

    def post(self, path: str, data: Any = None, **extra: Any) -> Answer:
        """POST ``data`` as JSON."""
        return self._send("POST", path, data, extra.get("headers"))

    def patch(self, path: str, data: Any = None, **extra: Any) -> Answer:
        """PATCH with ``data`` as JSON."""
        return self._send("PATCH", path, data, extra.get("headers"))

    def delete(self, path: str, **extra: Any) -> Answer:
        """DELETE ``path``."""
        return self._send("DELETE", path, None, extra.get("headers"))

    def _send(self, method: str, path: str, data: Any, headers: dict[str, str] | None) -> Answer:
        body = None if data is None else json.dumps(data).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        connection = self.connect()
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        WATCH.know_tokens(content.decode("latin-1"))
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, named, content)
