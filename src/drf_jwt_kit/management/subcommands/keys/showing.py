"""Which keys are there, and what is wrong with them? For ``jwtkit keys list`` and ``check``.

A retiring key no longer signs, but verifies until the tokens that it signed have expired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import aware, now
from drf_jwt_kit.exceptions import ServiceUnavailable, UnusableKey
from drf_jwt_kit.keys import KeyState, checks, configured, directory, sources
from drf_jwt_kit.keys.lifecycle import KEYS_COMMAND, as_text
from drf_jwt_kit.keys.ring import PlacedKey, with_states
from drf_jwt_kit.management.columns import printable
from drf_jwt_kit.sessions.upkeep import written_between

_HEAD = ("state", "key", "algorithm", "since", "age", "verifies")


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """How many sessions need the key for a refresh, and until when."""

    sessions: int
    until: datetime

    @property
    def is_over(self) -> bool:
        """Whether removing the key ends no session."""
        return now() >= self.until


def what_remains(made: datetime | None, retired: datetime) -> Remaining | None:
    """The live tokens of a key that was made at ``made`` and has retired.

    Other processes may have signed with it until they read their keys again. None if the
    database does not answer.
    """
    settings = get_settings()
    signed_until = aware(retired) + settings.KEYS_RELOAD_INTERVAL
    try:
        alive = written_between(made, signed_until)
    except ServiceUnavailable:
        return None
    access_tokens_end = signed_until + settings.ACCESS_TOKEN_LIFETIME
    ends = [access_tokens_end] if alive.until is None else [access_tokens_end, alive.until]
    return Remaining(sessions=alive.count, until=max(ends) + settings.LEEWAY)


def told(kid: str, remaining: Remaining | None) -> str:
    """Which sessions need a retiring key, and when it may be removed, in a sentence."""
    if remaining is None:
        return f"{kid} is retiring. Its sessions are not known: the database does not answer."
    if remaining.is_over:
        return f"{kid} is retiring, and no session needs it. Remove it: {KEYS_COMMAND} remove {kid}"
    removal = f"It may be removed from {as_text(remaining.until)} on: {KEYS_COMMAND} remove {kid}"
    return f"{kid} is retiring. Sessions that need it: {remaining.sessions}. {removal}"


def run_list(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write a line for each key."""
    rows = [_HEAD, *(_row(placed) for placed in _in_order())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        cells = (printable(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        command.stdout.write("  ".join(cells).rstrip())


def run_check(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write what is wrong and what is unwise, and fail if something is wrong."""
    wrong = [printable(f"{message.msg} {message.hint}") for message in checks.check()]
    unwise = [f"{message.msg} {message.hint}" for message in checks.check_deploy()]
    if not wrong:
        unwise += [*_retiring_keys(), *_strays()]
    for line in map(printable, unwise):  # names of files and keys, which others may have chosen
        command.stdout.write(command.style.WARNING(f"warning: {line}"))
    if wrong:
        raise CommandError("\n".join(wrong))
    command.stdout.write("Nothing is wrong with the keys.")


def _in_order() -> list[PlacedKey]:
    """Next, signing, retiring."""
    try:
        stated = with_states(sources.placed_keys())
    except UnusableKey as error:
        raise CommandError(printable(error)) from error
    return [placed for state in KeyState for placed in stated if placed.state is state]


def _row(placed: PlacedKey) -> tuple[str, ...]:
    state = placed.state or KeyState.SIGNING
    times = ("…", "…") if placed.since is None else (as_text(placed.since), _age(placed.since))
    return (state.value, placed.key.kid, placed.key.algorithm, *times, _verifies(placed))


def _verifies(placed: PlacedKey) -> str:
    if placed.state is KeyState.SIGNING:
        return "what it signs"
    if placed.since is None:
        return "nothing yet" if placed.state is KeyState.NEXT else "what it has signed"
    if placed.state is KeyState.NEXT:
        ready = as_text(aware(placed.since) + get_settings().KEYS_PUBLISHED_AHEAD)
        return f"nothing yet; may sign from {ready}"
    remaining = what_remains(placed.made, placed.since)
    if remaining is None:
        return "not known: the database does not answer"
    if remaining.is_over:
        return "no live token"
    return f"until {as_text(remaining.until)}; sessions that need it: {remaining.sessions}"


def _age(since: datetime) -> str:
    """How long ago ``since`` was, in its largest unit."""
    seconds = max(int((now() - since).total_seconds()), 0)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _retiring_keys() -> Iterator[str]:
    for placed in _in_order():
        if placed.state is KeyState.RETIRING and placed.since is not None:
            yield told(placed.key.kid, what_remains(placed.made, placed.since))


def _strays() -> Iterator[str]:
    why = "a change was interrupted, or somebody put it there. Nothing uses it; delete it."
    for folder in configured.directories(get_settings().KEYS):
        for name in directory.strays(folder, directory.read(folder)):
            yield f"{folder / name} is not in the list of keys: {why}"
