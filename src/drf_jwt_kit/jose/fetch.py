"""How are an issuer's keys fetched? With one GET of a small JSON document.

Follows no redirect, because whoever can redirect could choose the keys, and reads at most
as many bytes as a key set can have. Sources: RFC 8725 section 3.10, RFC 9110 section 15.4.
"""

from __future__ import annotations

import http.client
import io
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from drf_jwt_kit import __version__

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LARGEST_SET = 256 * 1024
"""Bytes."""

_HEADERS = {
    "Accept": "application/jwk-set+json, application/json",
    "User-Agent": f"drf-jwt-kit/{__version__}",
}


class FetchFailed(Exception):  # noqa: N818  # reads as what happened
    """No key set could be fetched; the message says why."""


def fetch(url: str, timeout: float) -> Any:
    """The JSON at ``url``, which is https, or http to this machine.

    ``timeout`` (seconds) limits the whole answer, however slowly it comes, and the wait for each
    of the host's addresses. The certificate is verified; name an authority of your own in
    ``SSL_CERT_FILE``. Raises FetchFailed.
    """
    request = urllib.request.Request(url, headers=_HEADERS)  # noqa: S310  # the caller has judged it
    try:
        with _opener(url).open(request, timeout=timeout) as answer:
            if answer.status != http.client.OK:
                raise FetchFailed(f"it answered {answer.status}")
            body = answer.read(LARGEST_SET + 1)
        if len(body) > LARGEST_SET:
            raise FetchFailed(f"its answer is longer than {LARGEST_SET} bytes")
        return json.loads(body)
    except urllib.error.HTTPError as error:
        error.close()
        redirected = " (redirects are not followed)" if error.code // 100 == 3 else ""  # noqa: PLR2004
        raise FetchFailed(f"it answered {error.code}{redirected}") from None
    except TimeoutError as error:
        raise FetchFailed("its answer takes too long") from error
    except (OSError, http.client.HTTPException) as error:
        raise FetchFailed(f"it cannot be reached: {error}") from error
    except (ValueError, RecursionError) as error:
        raise FetchFailed("it did not answer JSON") from error


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Opens http and https only: no redirects, no files, no cookies, no passwords.

    The environment's proxies are used for https, where they cannot read along, and not for http.
    """
    proxies: dict[str, str] | None = None if urlsplit(url).scheme == "https" else {}
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(proxies),
        _InTime(context=ssl.create_default_context()),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


class _InTime(urllib.request.HTTPSHandler):
    """Opens http and https with a deadline for the answer: ``timeout`` alone is for each read."""

    http_request = urllib.request.AbstractHTTPHandler.do_request_

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(http.client.HTTPConnection, req)

    def do_open(self, http_class: Any, req: urllib.request.Request, **more: Any) -> Any:
        return super().do_open(partial(_connection, http_class), req, **more)


def _connection(http_class: Any, host: str, *, timeout: float, **more: Any) -> Any:
    made = http_class(host, timeout=timeout, **more)
    made.response_class = partial(_Answer, until=time.monotonic() + timeout)
    return made


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, until: float, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_ReadUntil(self.fp.detach(), sock, until))


class _ReadUntil(io.RawIOBase):
    """Reads ``raw``, which reads from ``sock``, until a time of the monotonic clock."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._raw, self._sock, self._until = raw, sock, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
