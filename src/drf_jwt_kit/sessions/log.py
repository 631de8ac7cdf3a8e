"""One logger, ``drf_jwt_kit``; lines of ``event=… key=value``. Never a token, key or password."""

from __future__ import annotations

import logging

logger = logging.getLogger("drf_jwt_kit")


def log(event: str, *, level: int = logging.INFO, **facts: object) -> None:
    """Write one line; values that hold spaces or quotes are quoted."""
    pairs = " ".join(f"{name}={_shown(value)}" for name, value in facts.items())
    logger.log(level, "event=%s %s", event, pairs)


def _shown(value: object) -> str:
    text = str(value)
    plain = text.isprintable() and not any(character in text for character in " \"'=")
    return text if plain and text else repr(text)
