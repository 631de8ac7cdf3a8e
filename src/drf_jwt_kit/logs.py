"""How is a line of the log written? In one place: in words, and with its fields for machines.

The logger is ``drf_jwt_kit``, its lines are ``event=… key=value``. The same fields are in the
record's ``extra``, where formatters that write JSON find them. Never a token, key or password.
"""

from __future__ import annotations

import logging

logger = logging.getLogger("drf_jwt_kit")

_IDS = {"session", "user", "actor"}
"""Text for machines, too: the same user is a number in a row and text in a token."""


def log(
    event: str, *, level: int = logging.INFO, cause: BaseException | None = None, **facts: object
) -> None:
    """Write one line; a value that could be taken for another field is quoted.

    ``cause`` is the exception whose traceback belongs to it. No fact has the name of an attribute
    that records have anyway.
    """
    if not logger.isEnabledFor(level):
        return
    pairs = "".join(f" {name}={_shown(value)}" for name, value in facts.items())
    fields = {"event": event, **{name: _plain(name, value) for name, value in facts.items()}}
    message = f"event={event}%s"  # by which error trackers tell one event from another
    logger.log(level, message, pairs, exc_info=cause, extra=fields, stacklevel=2)


def _shown(value: object) -> str:
    text = str(value)
    plain = text.isprintable() and not any(character in text for character in " \"'=")
    return text if plain and text else repr(text)


def _plain(name: str, value: object) -> int | str | None:
    """As JSON has it: a number, nothing, or text."""
    is_plain = value is None or (isinstance(value, int) and name not in _IDS)
    return value if is_plain else str(value)  # type: ignore[return-value]
