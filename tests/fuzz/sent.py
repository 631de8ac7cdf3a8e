"""A request as a plain value, which a failure prints and the corpus keeps; and how it is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.test import Client

from tests.conftest import PASSWORD

from .changes import Token

if TYPE_CHECKING:
    from django.http import HttpResponse

    from .endpoints import Endpoint
    from .world import World

CSRF = "a" * 32
ACCESS, REFRESH = "__Host-access_token", "__Host-refresh_token"
JSON = "application/json"


@dataclass(frozen=True)
class Sent:
    """What stands in a request. Wherever a text may stand, a Token may."""

    method: str = "POST"
    session: str = "phone"
    """In the address: the name of a session, or any other text."""
    query: str = ""
    authorization: tuple[Any, ...] = ()
    cookies: tuple[tuple[str, Any], ...] = ()
    from_own_page: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON
    body: Any = field(default_factory=dict)
    """Bytes as they are, or else what is written as JSON or as a form."""

    def to(self, endpoint: Endpoint, world: World) -> HttpResponse:
        session = str(world.sessions.get(self.session, self.session))
        address = endpoint.route.replace("<session_id>", quote(session, safe="", errors="replace"))
        return Client(enforce_csrf_checks=True).generic(
            self.method,
            address,
            self.content(world),
            self.content_type,
            **self.environ(world),
            QUERY_STRING=on_the_wire(self.query),
        )

    def content(self, world: World) -> bytes:
        """The body as it is sent."""
        if isinstance(self.body, bytes):
            return self.body
        if self.content_type.startswith("application/x-www-form-urlencoded"):
            pairs = self.body.items() if isinstance(self.body, dict) else [("refresh", self.body)]
            fields = [(name, text_of(value, world)) for name, value in pairs]
            return urlencode(fields, errors="replace").encode()
        return json.dumps(self.body, default=lambda token: token.written(world)).encode()

    def environ(self, world: World) -> dict[str, str]:
        """The headers, as a server hands them to WSGI."""
        cookies = [f"{name}={text_of(value, world)}" for name, value in self.cookies]
        given = {name.upper().replace("-", "_"): value for name, value in self.headers}
        if self.from_own_page:
            cookies.append(f"csrftoken={CSRF}")
            given |= {"SEC_FETCH_SITE": "same-origin", "X_CSRFTOKEN": CSRF}
        if cookies:
            given["COOKIE"] = "; ".join(cookies)
        if self.authorization:
            given["AUTHORIZATION"] = " ".join(text_of(one, world) for one in self.authorization)
        return {f"HTTP_{name}": on_the_wire(value) for name, value in given.items()}


def text_of(value: Any, world: World) -> str:
    return value.written(world) if isinstance(value, Token) else str(value)


def on_the_wire(text: str) -> str:
    """As WSGI has it: each byte is a character. Source: PEP 3333."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def with_token(endpoint: Endpoint, token: Token) -> Sent:
    """A request in which nothing is wrong but, maybe, its token, which is wherever one may be."""
    method = {"token_sessions": "GET", "token_session": "DELETE"}.get(endpoint.name, "POST")
    method = "GET" if endpoint.name.startswith(("token_jwks", "token_csrf")) else method
    body = {"refresh": token, "token": token, "password": PASSWORD, "name": "x"}
    if endpoint.by_cookie:
        cookies = ((ACCESS, token), (REFRESH, token))
        return Sent(method=method, cookies=cookies, from_own_page=True, body=body)
    return Sent(method=method, authorization=("Bearer", token), body=body)
