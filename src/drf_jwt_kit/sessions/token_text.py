"""What in a text may be a token of ours? Verifies nothing, and asks no database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.asking import for_request
from drf_jwt_kit.exceptions import InvalidToken, KeysUnavailable
from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.keys import get_ring

from .others import adopts_simple_jwt

_NO_TOKEN = (InvalidToken, TypeError, ValueError, AttributeError, RecursionError)
_ANY_HEADER = "e30"
"""An empty one."""
_PARTS = 3
"""Header, payload and signature. Source: RFC 7515 section 7.1."""
_SHORTEST = 60
"""Characters of a payload: the id of a session alone has more."""


def tokens_in(text: str) -> Iterator[tuple[str, UUID]]:
    """What may be a token in ``text``, each with the id of the session that it names.

    Nothing is verified. Takes time in proportion to its length: what clients send may be in it.
    """
    for run in re.findall(r"[\w.-]+", text, re.ASCII):
        parts = run.split(".")
        for header, payload, signature in zip(parts, parts[1:], parts[2:], strict=False):
            if len(payload) >= _SHORTEST:
                with suppress(*_NO_TOKEN):  # whatever precedes the header without a space
                    sid = UUID(read_unverified(f"{_ANY_HEADER}.{payload}.").get("sid"))
                    yield f"{header}.{payload}.{signature}", sid


def may_be_ours(presented: str | bytes, request: Any) -> bool:
    """Whether ``presented``, which was refused, may be a token that we issued or accept.

    Each of ours names its key, and its session. Those of Simple JWT, while they are adopted,
    and those of the issuer at JWK_URL do neither.
    """
    text = presented if isinstance(presented, str) else presented.decode("latin-1")
    parts = text.split(".")
    header = _object_in(parts[0])
    claims = _object_in(parts[1]) if len(parts) == _PARTS else None
    if claims is not None and (
        "sid" in claims or get_settings().JWK_URL is not None or adopts_simple_jwt()
    ):
        return True
    if header is None:
        return False
    try:  # what is mangled has its first part still
        with for_request(request):
            return header.get("kid") in [*get_ring().verifying]
    except KeysUnavailable:  # nobody can tell
        return True


def _object_in(part: str) -> dict[str, Any] | None:
    """The JSON object that a part of a token is; None for anything else."""
    with suppress(*_NO_TOKEN):
        return read_unverified(f"{_ANY_HEADER}.{part}.")
    return None
