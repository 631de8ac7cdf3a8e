"""``jwtkit sessions``: who is logged in, and how is that ended?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.management.columns import print_line, print_table
from drf_jwt_kit.management.user_argument import add_user_arguments, named_user, shown
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import bound
from drf_jwt_kit.sessions.life import End
from drf_jwt_kit.sessions.rows import stored
from drf_jwt_kit.sessions.upkeep import device_label, state_in_words, survey, user_label

HELP = "List sessions, or end them."
_HEAD = ("ID", "USER", "DEVICE", "IP", "CREATED", "LAST USED", "ENDS", "STATE", "ACTOR", "BOUND")


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    words = parser.add_subparsers(title="subcommands", required=True)

    says = "List live sessions: of one user, newest first, or of everybody."
    listing = words.add_parser("list", help=says, description=says)
    add_user_arguments(listing)
    listing.add_argument("--all", action="store_true", help="List ended sessions as well.")
    listing.set_defaults(run=run_list)

    says = "End sessions: by id, all of one user, or all of everybody."
    ending = words.add_parser("revoke", help=says, description=says)
    ending.add_argument("ids", nargs="*", type=UUID, metavar="ID", help="The id of a session.")
    add_user_arguments(ending)
    ending.add_argument("--all", action="store_true", help="All sessions of all users.")
    says = "Do not ask before ending all of them."
    ending.add_argument(
        "--noinput", "--no-input", action="store_false", dest="interactive", help=says
    )
    ending.set_defaults(run=run_revoke)


def run_list(command: BaseCommand, options: dict[str, Any]) -> None:
    """Print the sessions, and nothing that a token could be made from."""
    batches = survey(user=named_user(options), ended=options["all"])
    rows = ([_cells(session, end) for session, end in batch] for batch in batches)
    print_table(command.stdout, _HEAD, rows)


def run_revoke(command: BaseCommand, options: dict[str, Any]) -> None:
    """End the named sessions, and say how many they were."""
    user, ids = named_user(options), options["ids"]
    if [bool(ids), user is not None, options["all"]].count(True) != 1:
        raise CommandError("Name what to end: ids of sessions, --user, --user-id or --all.")
    if options["all"]:
        _revoke_all(command, interactive=options["interactive"])
    elif user is not None:
        count = sessions.revoke(user=user, reason=sessions.RevokedReason.BY_ADMIN)
        print_line(command.stdout, f"Ended {count} {_sessions(count)} of {shown(user)}.")
    else:
        _revoke_each(command, ids)


def _revoke_each(command: BaseCommand, ids: list[UUID]) -> None:
    live = [pk for pk in ids if sessions.revoke(pk, reason=sessions.RevokedReason.BY_ADMIN)]
    command.stdout.write(f"Ended {len(live)} {_sessions(len(live))}.")
    known = set(stored().filter(pk__in=ids).values_list("pk", flat=True))
    already_ended = [str(pk) for pk in ids if pk in known.difference(live)]
    unknown = [str(pk) for pk in ids if pk not in known]
    if already_ended:
        command.stdout.write(f"Already ended: {', '.join(already_ended)}.")
    if unknown:
        raise CommandError(f"No session has this id: {', '.join(unknown)}.")


def _revoke_all(command: BaseCommand, *, interactive: bool) -> None:
    if interactive:
        command.stdout.write("This ends all sessions of all users. All of them must log in again.")
        try:
            answer = input("Type 'yes' to go on: ")
        except (EOFError, KeyboardInterrupt):  # nobody can be asked, or the answer is no
            answer = ""
        if answer != "yes":
            raise CommandError(
                "Nothing was ended. Use --noinput to end them without this question."
            )
    valid_after = sessions.revoke_all(reason=sessions.RevokedReason.BY_ADMIN)
    command.stdout.write(f"Ended every session that began before {_time(valid_after)}.")


def _cells(session: Session, end: End | None) -> list[str]:
    ends = session.revoked_at or session.refreshable_until
    times = (session.created_at, session.last_used_at, ends)
    return [
        str(session.pk),
        user_label(session),
        device_label(session),
        session.ip or "",
        *map(_time, times),
        state_in_words(session, end),
        f"{session.actor} ({session.actor_reason})" if session.actor else "",
        "yes" if bound.is_required(session) else "",
    ]


def _time(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment) if settings.USE_TZ else moment
    return local.strftime("%Y-%m-%d %H:%M:%S")


def _sessions(count: int) -> str:
    return "session" if count == 1 else "sessions"
