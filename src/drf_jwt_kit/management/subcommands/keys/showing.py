"""``jwtkit keys list`` and ``check``: which keys are there, and what is wrong with them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.keys import KeyState, checks, configured, directory, sources
from drf_jwt_kit.keys.lifecycle import as_text
from drf_jwt_kit.keys.ring import PlacedKey, with_states

from .remaining import now, told, what_remains

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.core.management.base import BaseCommand

_HEAD = ("state", "key", "algorithm", "since", "age", "verifies")


def run_list(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write a line for each key."""
    rows = [_HEAD, *(_row(placed) for placed in _in_order())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        command.stdout.write("  ".join(cells).rstrip())


def run_check(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write what is wrong and what is unwise, and fail where something is wrong."""
    wrong = [f"{message.msg} {message.hint}" for message in checks.check()]
    unwise = [f"{message.msg} {message.hint}" for message in checks.check_deploy()]
    if not wrong:
        unwise += [*_retiring_keys(), *_strays()]
    for line in unwise:
        command.stdout.write(command.style.WARNING(f"warning: {line}"))
    if wrong:
        raise CommandError("\n".join(wrong))
    command.stdout.write("Nothing is wrong with the keys.")


def _in_order() -> list[PlacedKey]:
    """Next, signing, retiring."""
    try:
        stated = with_states(sources.placed_keys())
    except UnusableKey as error:
        raise CommandError(str(error)) from error
    return [placed for state in KeyState for placed in stated if placed.state is state]


def _row(placed: PlacedKey) -> tuple[str, ...]:
    state = placed.state or KeyState.SIGNING
    since = "…" if placed.since is None else as_text(placed.since)
    age = "…" if placed.since is None else _age(placed.since)
    return (state.value, placed.key.kid, placed.key.algorithm, since, age, _verifies(placed))


def _verifies(placed: PlacedKey) -> str:
    if placed.state is KeyState.SIGNING:
        return "what it signs"
    if placed.since is None:
        return "nothing yet" if placed.state is KeyState.NEXT else "what it has signed"
    if placed.state is KeyState.NEXT:
        ready = as_text(placed.since + get_settings().KEYS_PUBLISHED_AHEAD)
        return f"nothing yet; may sign from {ready}"
    remaining = what_remains(placed.made, placed.since)
    if remaining is None:
        return "not known: the database cannot be asked"
    if remaining.is_over:
        return "nothing any more"
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
    for folder in configured.directories(get_settings().KEYS):
        for name in directory.strays(folder, directory.read(folder)):
            yield (
                f"{folder / name} is not in the list of keys: a change was interrupted, or "
                "somebody put it there. Nothing uses it; delete it."
            )
