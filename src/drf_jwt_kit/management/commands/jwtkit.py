"""Which subcommand of ``manage.py jwtkit`` is meant? Each is a module of ``subcommands``."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.management.columns import printable
from drf_jwt_kit.management.subcommands import (
    decode,
    doctor,
    flush,
    keys,
    migrate,
    place,
    report,
    sessions,
)
from drf_jwt_kit.sessions.faults import database_faults_answered, reason_of

SUBCOMMANDS: dict[str, ModuleType] = {
    "decode": decode,
    "doctor": doctor,
    "flush": flush,
    "keys": keys,
    "migrate": migrate,
    "place": place,
    "report": report,
    "sessions": sessions,
}


class Command(BaseCommand):
    """``manage.py jwtkit WORD …``"""

    help = "Look after the sessions and keys of JWT authentication."
    # A subcommand cures some errors that checks find, such as a directory without keys.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer every subcommand; one of them has to be named."""
        words = parser.add_subparsers(title="subcommands", required=True)
        for word, module in SUBCOMMANDS.items():
            module.add_arguments(words.add_parser(word, help=module.HELP, description=module.HELP))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand that was named. Raises CommandError for what cannot be done."""
        run = options.pop("run")
        try:
            with database_faults_answered():
                run(self, options)
        except ServiceUnavailable as error:
            raise CommandError(
                f"The database does not answer, or is not migrated: {printable(reason_of(error))}"
                " (--traceback shows more)"
            ) from error
