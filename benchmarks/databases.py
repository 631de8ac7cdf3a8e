"""Which database does a query go to? The one that is being measured."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Chosen:
    """A router that sends everything to one database at a time."""

    alias = "default"

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return Chosen.alias

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return Chosen.alias


@contextmanager
def chosen(alias: str) -> Iterator[None]:
    """Send the queries of a block to ``alias``."""
    before, Chosen.alias = Chosen.alias, alias
    try:
        yield
    finally:
        Chosen.alias = before
