"""How far has ``jwtkit flush`` come? Shows the progress of ``sessions.flush``, which deletes."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import current_thread, main_thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.management.columns import printable
from drf_jwt_kit.sessions.faults import reason_of
from drf_jwt_kit.sessions.flush import Progress, flush

HELP = "Delete the sessions that are no longer needed."
_MOST_DAYS = 36_500
_LINES = 10  # while a table of several batches is read
_INTERRUPTED = 130  # what a shell reports of a program that Ctrl-C has ended


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    says = "How many rows to read at a time, and to delete in one transaction (1000)."
    parser.add_argument("--batch-size", type=_positive, default=1000, metavar="ROWS", help=says)
    says = "Keep sessions that ended in the last DAYS days, so that you can look at them (0)."
    parser.add_argument("--keep-days", type=_not_negative, default=0, metavar="DAYS", help=says)
    says = "Count the sessions, and delete nothing."
    parser.add_argument("--dry-run", action="store_true", help=says)
    parser.set_defaults(run=run)


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Delete them, and say how many they were. Each batch is a transaction of its own."""
    verb = "would be deleted" if options["dry_run"] else "deleted"

    def say(line: str) -> None:
        if options["verbosity"]:
            command.stdout.write(line)
            command.stdout.flush()

    rows, keep = options["batch_size"], timedelta(days=options["keep_days"])
    progress, lines = Progress(), 0
    try:
        with _ctrl_c_noted() as interrupted:
            for progress in flush(batch_size=rows, keep=keep, dry_run=options["dry_run"]):
                if lines < int(progress.fraction * _LINES) < _LINES:
                    lines = int(progress.fraction * _LINES)
                    say(f"{progress.fraction:.0%}  {_counts(progress, verb)}")
                if interrupted and progress.fraction < 1:
                    why = _stopped("Interrupted", progress, verb)
                    raise CommandError(why, returncode=_INTERRUPTED)
    except ServiceUnavailable as error:
        said = f"{printable(reason_of(error))}; --traceback shows more"
        why = _stopped(f"The database failed ({said})", progress, verb)
        raise CommandError(why) from error
    say(f"Sessions: {_counts(progress, verb)}.")
    if progress.cutoffs:
        say(f"Ends of all sessions: {progress.cutoffs:,} {verb}.")


@contextmanager
def _ctrl_c_noted() -> Iterator[list[int]]:
    """Note the first Ctrl-C in a list; a second one has its usual effect.

    KeyboardInterrupt would get lost where it is raised in one of Django's SQL functions: SQLite
    reports a fault of the query instead, which is then repeated.
    """
    noted: list[int] = []
    usual = signal.default_int_handler

    def note(number: int, frame: object) -> None:
        noted.append(number)
        signal.signal(signal.SIGINT, usual)

    if current_thread() is not main_thread() or signal.getsignal(signal.SIGINT) is not usual:
        yield noted  # it arrives elsewhere, or is ignored, as in the background of a script
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, usual)


def _counts(progress: Progress, verb: str) -> str:
    return f"{progress.deleted:,} {verb}, {progress.kept:,} kept"


def _stopped(why: str, progress: Progress, verb: str) -> str:
    done = f"{progress.fraction:.0%} of the table: {_counts(progress, verb)}"
    return f"{why} at {done}. Run it again to go on."


def _positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return int(text)


def _not_negative(text: str) -> int:
    if not 0 <= int(text) <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"must be from 0 to {_MOST_DAYS}")
    return int(text)
