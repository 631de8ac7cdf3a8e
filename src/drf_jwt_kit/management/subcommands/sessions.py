"""``jwtkit sessions``: who is logged in, and how is that ended?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser

HELP = "List sessions, or end them."


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    words = parser.add_subparsers(title="subcommands", required=True)
    words.add_parser("list", help="List sessions.").set_defaults(run=run_list)


def run_list(command: BaseCommand, options: dict[str, Any]) -> None:
    """List them."""
