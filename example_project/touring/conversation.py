"""Speaks HTTP with a server, shows every word of it, and insists on the promised answers."""

import base64
import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from . import screen

_SHOWN_HEADERS = ("WWW-Authenticate", "Cache-Control", "Retry-After")
_SECONDS_TO_ANSWER = 30


class Surprise(Exception):  # noqa: N818  # it is not the tour's error
    """The server answered other than promised."""


class Unreachable(Exception):  # noqa: N818  # the same
    """The server did not answer at all."""


@dataclass(frozen=True)
class Answer:
    """What came back to one request."""

    question: str
    status: int
    body: Any

    def expect(self, status: int, **fields: Any) -> "Answer":
        """This answer, if it has that status and those values. Raises Surprise."""
        if self.status != status:
            raise self._surprise(f"status {status}", f"status {self.status}")
        for name, value in fields.items():
            if self[name] != value:
                raise self._surprise(f"{name} = {value!r}", f"{self[name]!r}")
        return self

    def __getitem__(self, name: str) -> Any:
        if not isinstance(self.body, dict) or name not in self.body:
            raise self._surprise(f"the field {name!r}", "no such field")
        return self.body[name]

    def _surprise(self, expected: str, got: str) -> Surprise:
        return Surprise(
            f"{self.question}\n  expected {expected}\n  got      {got}\n"
            f"  body     {screen.readable(self.body)[:600]}"
        )


class Conversation:
    """A client, as any program in any language could be one."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.steps = self.requests = 0
        # Neither a proxy nor a redirect: tokens go to this server and nowhere else.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())

    def step(self, title: str, caption: str) -> None:
        """Begin a step: what happens, and why."""
        self.steps += 1
        screen.title(self.steps, title)
        screen.paragraph(caption)

    def get(self, path: str, **how: Any) -> Answer:
        return self._ask("GET", path, **how)

    def post(self, path: str, body: dict[str, str], **how: Any) -> Answer:
        return self._ask("POST", path, body=body, **how)

    def delete(self, path: str, **how: Any) -> Answer:
        return self._ask("DELETE", path, **how)

    def check(self, fact: str, *, expected: Any, got: Any) -> None:
        """Say ``fact``, if it is one. Raises Surprise."""
        if got != expected:
            raise Surprise(f"Not so: {fact}\n  expected {expected!r}\n  got      {got!r}")
        screen.fact(fact)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, str] | None = None,
        access: str | None = None,
        device: str | None = None,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {access}"} if access else {}
        if device:
            headers["User-Agent"] = device
        screen.request(method, path, headers, _without_password(body))

        request = urllib.request.Request(  # noqa: S310  # the tour takes http and https only
            self.base_url + path,
            method=method,
            headers={"Accept": "application/json", "Content-Type": "application/json", **headers},
            data=None if body is None else json.dumps(body).encode(),
        )
        status, received, text = self._send(request)
        self.requests += 1
        shown = {name: received[name] for name in _SHOWN_HEADERS if name in received}
        parsed = _parsed(text)
        screen.answer(f"{status} {http.client.responses.get(status, '')}", shown, parsed)
        return Answer(f"{method} {path}", status, parsed)

    def _send(self, request: urllib.request.Request) -> tuple[int, Any, str]:
        try:
            with self._open(request) as response:
                return response.status, response.headers, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"No answer from {self.base_url}: {reason}") from error

    def _open(self, request: urllib.request.Request) -> Any:
        try:
            return self._opener.open(request, timeout=_SECONDS_TO_ANSWER)
        except urllib.error.HTTPError as refusal:  # 4xx and 5xx are answers, too
            return refusal


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, unverified, as anyone can read them. Raises Surprise."""
    try:
        header, claims, _signature = token.split(".")
        return _decoded_part(header), _decoded_part(claims)
    except ValueError as error:
        raise Surprise(f"This is not a token: {token[:40]!r}") from error


def _decoded_part(part: str) -> dict[str, Any]:
    padding = "=" * (-len(part) % 4)
    return json.loads(base64.urlsafe_b64decode(part + padding))


def _without_password(body: dict[str, str] | None) -> dict[str, str] | None:
    if body is None:
        return None
    return {name: "****" if name == "password" else value for name, value in body.items()}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
