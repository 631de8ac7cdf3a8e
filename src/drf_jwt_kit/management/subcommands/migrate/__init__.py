"""``jwtkit migrate``: what has a project to change that comes from Simple JWT? Changes nothing.

Reads settings, URLs and the project's own files, and asks Simple JWT's tables for a count. Needs no
table of ours, so that it works as soon as the app is in INSTALLED_APPS.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from drf_jwt_kit.management.columns import print_lines, printable

from .report import lines

HELP = "Say what a project that comes from Simple JWT has to change. Changes nothing."


def add_arguments(parser: CommandParser) -> None:
    """Declare from where the project comes."""
    parser.add_argument("--from", choices=["simplejwt"], required=True, dest="origin")
    parser.set_defaults(run=run)


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write the report."""
    print_lines(command.stdout, map(printable, lines()))
