"""Which place are the sessions in, and how do they get another? See ``sessions.place``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from drf_jwt_kit.sessions import feed, place

HELP = "Show the identity of the place that holds the sessions, or renew it."


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    says = (
        "Make another identity: after this database was restored from a backup, or copied from one "
        "of the same name. Until they expire, access tokens cost their requests one query each."
    )
    parser.add_argument("--renew", action="store_true", help=says)
    parser.set_defaults(run=run)


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Print it, after renewing it if that is asked for."""
    if options["renew"]:
        before, identity = place.learn().identity, place.renew()
        feed.forget()
        command.stdout.write(f"{_shown(identity)}, instead of {before or 'none'}")
    else:
        command.stdout.write(_shown(place.learn().identity))


def _shown(identity: str | None) -> str:
    if identity is None:
        raise CommandError(
            "The place cannot be read or made: its table is missing (run manage.py migrate), or "
            "this user of the database may not write to it."
        )
    return identity
