"""``jwtkit flush``: shows how far the deletion of dead rows has come. ``sessions.flush`` does it."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.management.interruption import interruption_noted
from drf_jwt_kit.sessions.flush import Progress, flush

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser, OutputWrapper

HELP = "Delete the sessions that can no longer matter."
_BAR = 30  # characters
_MOST_DAYS = 36_500
_LINES = 10  # in a log, while a table of several batches is read


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow."""
    parser.add_argument(
        "--batch-size",
        type=_positive,
        default=1000,
        metavar="ROWS",
        help="Rows that are read at a time, and deleted in one transaction (1000).",
    )
    parser.add_argument(
        "--keep-days",
        type=_not_negative,
        default=0,
        metavar="DAYS",
        help="Keep what ended in the last DAYS days, to look at it (0).",
    )
    parser.add_argument("--dry-run", action="store_true", help="Count them, and delete nothing.")
    parser.set_defaults(run=run)


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Delete them, and say how many they were."""
    display = _Display(command.stdout, dry_run=options["dry_run"], silent=options["verbosity"] == 0)
    progress = Progress()
    try:
        with interruption_noted() as interruption:
            for progress in flush(
                batch_size=options["batch_size"],
                keep=timedelta(days=options["keep_days"]),
                dry_run=options["dry_run"],
            ):
                display.update(progress)
                if interruption.signal and progress.fraction < 1:
                    raise CommandError(
                        display.stopped("Interrupted", progress),
                        returncode=interruption.returncode,
                    )
    except ServiceUnavailable as error:
        why = f"The database gave up ({error.__cause__})"
        raise CommandError(display.stopped(why, progress)) from error
    display.finish(progress)


class _Display:
    """A bar that moves on a terminal; elsewhere a line for each tenth of the table."""

    def __init__(self, out: OutputWrapper, *, dry_run: bool, silent: bool) -> None:
        self._out, self._silent = out, silent
        self._verb = "would be deleted" if dry_run else "deleted"
        self._on_terminal = out.isatty()
        self._lines = 0

    def counts(self, progress: Progress) -> str:
        return f"{_number(progress.deleted)} {self._verb}, {_number(progress.kept)} kept"

    def update(self, progress: Progress) -> None:
        if self._silent or progress.fraction == 1:
            return
        says = f"{progress.fraction:4.0%}  {self.counts(progress)}"
        if self._on_terminal:
            bar = "#" * int(_BAR * progress.fraction)
            self._out.write(f"\r[{bar:<{_BAR}}] {says}\x1b[K", ending="")
            self._out.flush()
        elif int(progress.fraction * _LINES) > self._lines:
            self._lines = int(progress.fraction * _LINES)
            self._out.write(says.strip())
            self._out.flush()

    def stopped(self, why: str, progress: Progress) -> str:
        """What to say of a flush that did not come to its end. Takes the bar away."""
        self._clear()
        done = f"{progress.fraction:.0%} of the table: {self.counts(progress)}"
        return f"{why} at {done}. Run it again to go on."

    def finish(self, progress: Progress) -> None:
        if self._silent:
            return
        self._clear()
        self._out.write(f"Sessions: {self.counts(progress)}.")
        if progress.cutoffs:
            self._out.write(f"Ends of all sessions: {_number(progress.cutoffs)} {self._verb}.")

    def _clear(self) -> None:
        if self._on_terminal and not self._silent:
            self._out.write("\r\x1b[K", ending="")


def _number(count: int) -> str:
    return f"{count:,}"


def _positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return int(text)


def _not_negative(text: str) -> int:
    if not 0 <= int(text) <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"must be from 0 to {_MOST_DAYS}")
    return int(text)
