"""How is the project asked? As a server asks it: through Django's handler, to the last byte."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

_APPLICATION = WSGIHandler()
_FACTORY = RequestFactory()


def get(path: str, **headers: str) -> dict[str, Any]:
    """What a server passes on for a GET."""
    return dict(_FACTORY.get(path, headers=headers).environ)


def post(path: str, body: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
    """What a server passes on for a POST of JSON."""
    content = json.dumps(body or {}).encode()
    request = _FACTORY.generic("POST", path, content, "application/json", headers=headers)
    return {**request.environ, "wsgi.input": BytesIO(content)}


def ask(environ: dict[str, Any], *, expected: str = "2") -> bytes:
    """The body of the answer. RuntimeError if its status does not begin as ``expected``: nothing
    else is worth timing."""
    statuses: list[str] = []
    answer = _APPLICATION(environ, lambda status, headers: statuses.append(status))
    body = b"".join(answer)
    answer.close()
    if not statuses[0].startswith(expected):
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        raise RuntimeError(f"{asked} was answered {statuses[0]}: {body[:500]!r}")
    return body
