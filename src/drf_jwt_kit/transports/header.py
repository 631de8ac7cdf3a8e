"""Which token does the ``Authorization`` header carry? Source: RFC 6750 section 2.1.

The settings name the header and the words before the token, in any case (RFC 9110 section 11.1).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.utils.cache import patch_vary_headers
from rest_framework import HTTP_HEADER_ENCODING
from rest_framework.request import Request

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import BadAuthorizationHeader, InvalidToken, challenge
from drf_jwt_kit.logs import log

_SCHEME = re.compile(rb"[A-Za-z-]{1,20}")
"""A word. Tokens are longer, or have digits."""


def header_of(request: Request) -> bytes | None:
    """The header that may hold a token; None if the request has none.

    Adds it to ``Vary``: whoever asks for it makes the answer depend on it.
    """
    settings = get_settings()
    vary(request, settings.auth_header)
    header = request.META.get(settings.AUTH_HEADER_NAME)
    return header.encode(HTTP_HEADER_ENCODING) if isinstance(header, str) else header


def token_in(header: bytes) -> bytes | None:
    """The token in the header; None if the header is not for us.

    Raises BadAuthorizationHeader if our scheme word is not followed by one token.
    """
    parts = header.split()
    if not parts or parts[0].lower() not in get_settings().auth_schemes:
        _tell_another_scheme(parts)
        return None
    if len(parts) != 2:  # noqa: PLR2004  # the word and the token
        raise BadAuthorizationHeader
    return parts[1]


def _tell_another_scheme(parts: list[bytes]) -> None:
    """Say why a token was not looked at. A word that may be the token itself is not named."""
    named = len(parts) > 1 and _SCHEME.fullmatch(parts[0])
    scheme = parts[0].decode() if named else "none"
    wanted = ",".join(get_settings().AUTH_HEADER_TYPES)
    log("another_scheme", level=logging.DEBUG, scheme=scheme, wanted=wanted)


def is_read_after(authenticator: Any, request: Request, ours: type) -> bool:
    """Whether a class that is not of ``ours`` is asked after ``authenticator``, and reads the
    scheme that the header of ``request`` has."""
    asked = [*(getattr(request, "authenticators", None) or ())]
    later = asked[asked.index(authenticator) + 1 :] if authenticator in asked else []
    others = (one for one in later if not isinstance(one, ours))
    presented = authenticator.get_header(request).split()[0].lower()
    return any(_scheme_of(one, request) == presented for one in others)


def _scheme_of(authenticator: Any, request: Request) -> bytes:
    """The scheme of its challenge. REST framework asks the first class alone for that, so that of
    another may never have worked."""
    with suppress(Exception):
        return str(authenticator.authenticate_header(request)).partition(" ")[0].lower().encode()
    return b""


def challenge_of(
    header: bytes | None, realm: str, read: Callable[[bytes], bytes | None] = token_in
) -> str:
    """The ``WWW-Authenticate`` value; it names an error only if a token was presented."""
    refusal: Exception | None = None
    try:
        if header is not None and read(header) is not None:
            refusal = InvalidToken()
    except BadAuthorizationHeader as error:
        refusal = error
    return challenge(get_settings().AUTH_HEADER_TYPES[0], realm, refusal)


def vary(request: Request, *headers: str) -> None:
    """Let caches keep the view's answers apart by ``headers``, as Django's sessions do by Cookie.

    All of them: errors, 304s, streams. Django before 5.2.15 and 6.0.6 has a cache of whole pages
    that gives one user's answer to another without this. Only for views of REST Framework, which
    adds ``view.headers`` to each answer. If it has been made already, a template is asking.
    """
    view = getattr(request, "parser_context", {}).get("view")
    answered_with = getattr(view, "headers", None)
    if answered_with is None:
        return
    given = answered_with.get("Vary")
    known = {name.strip().lower() for name in given.split(",")} if given else ()
    new = [name for name in headers if name.lower() not in known]
    answered_with["Vary"] = ", ".join([given, *new] if given else new)
    if (answer := getattr(view, "response", None)) is not None:
        patch_vary_headers(answer, headers)
