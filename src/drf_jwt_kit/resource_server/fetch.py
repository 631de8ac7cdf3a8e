"""How are an issuer's keys fetched? One GET of little JSON, from where the settings say.

Follows no redirect, since whoever can redirect could choose the keys, and reads no more than
a key set can hold. Sources: RFC 8725 section 3.10, RFC 9110 section 15.4.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from drf_jwt_kit import __version__

LARGEST_SET = 256 * 1024
"""Bytes."""

_HEADERS = {
    "Accept": "application/jwk-set+json, application/json",
    "User-Agent": f"drf-jwt-kit/{__version__}",
}
_CHUNK = 16 * 1024


class FetchFailed(Exception):  # noqa: N818  # reads as what happened
    """There is no key set to be had just now; the message says why."""


def fetch(url: str, timeout: float) -> Any:
    """The JSON at ``url``, which is https, or http to this machine.

    ``timeout`` (seconds) is how long to wait for each answer, and for all of the body. The
    certificate is verified; an authority of your own goes into ``SSL_CERT_FILE``. Raises
    FetchFailed.
    """
    request = urllib.request.Request(url, headers=_HEADERS)  # noqa: S310  # the settings see to that
    try:
        with _opener(url).open(request, timeout=timeout) as answer:
            if answer.status != http.client.OK:
                raise FetchFailed(f"it answered {answer.status}")
            body = _read(answer, until=time.monotonic() + timeout)
        return json.loads(body)
    except urllib.error.HTTPError as error:
        error.close()
        redirected = " (redirects are not followed)" if error.code // 100 == 3 else ""  # noqa: PLR2004
        raise FetchFailed(f"it answered {error.code}{redirected}") from None
    except (OSError, http.client.HTTPException) as error:
        raise FetchFailed(f"it cannot be reached: {error}") from error
    except (ValueError, RecursionError) as error:
        raise FetchFailed("it did not answer JSON") from error


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Nothing but http and https: no redirects, no files, no cookies, no passwords.

    Proxies are the environment's for https, where they see nothing, and none for http.
    """
    opener = urllib.request.OpenerDirector()
    if urlsplit(url).scheme == "https":
        opener.add_handler(urllib.request.ProxyHandler())
        opener.add_handler(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    else:
        opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.UnknownHandler())
    opener.add_handler(urllib.request.HTTPDefaultErrorHandler())
    opener.add_handler(urllib.request.HTTPErrorProcessor())
    return opener


def _read(answer: Any, *, until: float) -> bytes:
    body = b""
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > LARGEST_SET:
            raise FetchFailed(f"its answer is longer than {LARGEST_SET} bytes")
        if time.monotonic() > until:
            raise FetchFailed("its answer takes too long")
    return body
