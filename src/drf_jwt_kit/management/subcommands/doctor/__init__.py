"""``jwtkit doctor``: is this project well, and what does a code mean?

Looks at the checks, the keys, a session that is rolled back, the databases, the cache and the
settings, and changes none of them.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from drf_jwt_kit.conf import current_problems
from drf_jwt_kit.management.columns import print_line, print_lines, printable
from drf_jwt_kit.management.effective import Effective, effective_settings
from drf_jwt_kit.management.explained import explained

from . import areas, printed, surroundings, trial
from .findings import Finding, exit_status, worst

HELP = "Say how this project is: checks, keys, a session, databases, cache, settings."


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    parser.add_argument("--json", action="store_true", help="Answer JSON, for a program.")
    says = "Fail for what is unwise as well."
    parser.add_argument("--strict", action="store_true", help=says)
    says = "Say what the id of a check, a code or a reason of an answer means, and the cure."
    parser.add_argument("--explain", metavar="CODE", help=says)
    parser.set_defaults(run=run)


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write the report, or what a code means. The exit status is 1 if something is wrong, and 2 if
    something could not be looked at."""
    if options["explain"] is not None:
        _explain(command, options["explain"])
        return
    found = [*_findings()]
    by_area = {name: [one for one in found if one.area == name] for name in _names(found)}
    verdict = worst(found)
    settings = _settings()
    if options["json"]:
        print_line(command.stdout, printed.as_json(by_area, settings, verdict))
    else:
        written = printed.lines(by_area, settings, verdict)
        print_lines(command.stdout, map(printable, written))
    status = exit_status(verdict, strict=options["strict"])
    if status:
        raise CommandError(f"Not everything is fine: {verdict.value}.", returncode=status)


def _findings() -> list[Finding]:
    found = [*areas.of_checks(surroundings.aliases()), *surroundings.of_databases()]
    if not any(current_problems()):  # with wrong settings there is nothing to try
        found += [*trial.of_keys(), *trial.of_a_session()]
    return [*found, *surroundings.of_cache()]


def _names(found: list[Finding]) -> list[str]:
    return sorted({*areas.known_areas(), *(one.area for one in found)})


def _settings() -> list[Effective]:
    return [] if any(current_problems()) else [*effective_settings()]


def _explain(command: BaseCommand, code: str) -> None:
    said = [*explained(code)]
    if not said:
        raise CommandError(
            f"{printable(code)} is no id of a check, no code and no reason of this package."
        )
    print_lines(command.stdout, map(printable, said))
