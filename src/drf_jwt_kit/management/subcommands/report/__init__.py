"""``jwtkit report``: how does this project stand to the standards?

Writes one HTML page that needs nothing else, to read or to hand to an auditor. Asks no database.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from drf_jwt_kit.conf import current_problems
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.management.columns import print_line, printable

from .findings import looked_at
from .page import page

HELP = "Write one HTML page: how this project stands to RFCs, ASVS and NIST."


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    says = "Write the page into this file; without it, to standard output."
    parser.add_argument("--output", type=Path, metavar="FILE", help=says)
    says = "The day that the page names (today): two pages of one day are equal if nothing changed."
    parser.add_argument("--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help=says)
    parser.set_defaults(run=run)


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write the page. The exit status is 2 if nobody can look."""
    wrong = "\n".join(map(printable, current_problems()))
    if wrong:
        raise CommandError(f"The settings are wrong:\n{wrong}", returncode=2)
    day = options["date"] or now().date()
    try:
        written = page(looked_at(), day)
    except ImproperlyConfigured as error:
        raise CommandError(f"Nobody can look: {printable(error)}", returncode=2) from error
    if options["output"] is None:
        print_line(command.stdout, written)
        return
    try:
        options["output"].write_text(written, encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"The page cannot be written: {printable(error)}", returncode=2
        ) from error
    command.stdout.write(f"Written: {printable(options['output'])}")
