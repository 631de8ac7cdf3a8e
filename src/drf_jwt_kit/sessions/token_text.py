"""What in a text may be a token of ours? Verifies nothing, and asks no database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

from drf_jwt_kit.exceptions import InvalidToken
from drf_jwt_kit.jose.codec import read_unverified

_NO_TOKEN = (InvalidToken, TypeError, ValueError, AttributeError, RecursionError)
_ANY_HEADER = "e30"
"""An empty one."""
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
