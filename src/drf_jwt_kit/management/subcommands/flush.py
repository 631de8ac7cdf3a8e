"""``jwtkit flush``: which rows can no longer matter? Deletes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser

HELP = "Delete the sessions that can no longer matter."


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    parser.set_defaults(run=run)


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Delete them."""
