"""``jwtkit keys list`` and ``check``: which keys are there, and what is wrong with them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import ServiceUnavailable, UnusableKey
from drf_jwt_kit.keys import KeyState, checks, directory, given, sources
from drf_jwt_kit.keys.ring import PlacedKey, settle
from drf_jwt_kit.keys.rotation import shown

from .remaining import shown_age, what_remains

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.core.management.base import BaseCommand

_HEAD = ("state", "key", "algorithm", "since", "age", "verifies")


def run_list(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write a line for each key, with the source of those that have no time below."""
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
        unwise += [*_still_needed(), *_strays()]
    for line in unwise:
        command.stdout.write(command.style.WARNING(f"warning: {line}"))
    if wrong:
        raise CommandError("\n".join(wrong))
    command.stdout.write("Nothing is wrong with the keys.")


def _in_order() -> list[PlacedKey]:
    """Next, signing, retiring."""
    try:
        settled = settle(sources.placed_keys())
    except UnusableKey as error:
        raise CommandError(str(error)) from error
    return [placed for state in KeyState for placed in settled if placed.state is state]


def _row(placed: PlacedKey) -> tuple[str, ...]:
    state = placed.state or KeyState.SIGNING
    since = "…" if placed.since is None else shown(placed.since)
    age = "…" if placed.since is None else shown_age(placed.since)
    return (state.value, placed.key.kid, placed.key.algorithm, since, age, _verifies(placed))


def _verifies(placed: PlacedKey) -> str:
    if placed.state is KeyState.SIGNING:
        return "what it signs"
    if placed.since is None:
        return "nothing yet" if placed.state is KeyState.NEXT else "what it has signed"
    if placed.state is KeyState.NEXT:
        ready = shown(placed.since + get_settings().KEYS_PUBLISHED_AHEAD)
        return f"nothing yet; may sign from {ready}"
    return _still_verifies(placed.made, placed.since)


def _still_verifies(made: datetime | None, retired: datetime) -> str:
    try:
        remaining = what_remains(made, retired)
    except ServiceUnavailable:
        return "not known: the database cannot be asked"
    if remaining.is_over:
        return "nothing any more"
    return f"until {shown(remaining.until)}; sessions that need it: {remaining.sessions}"


def _still_needed() -> Iterator[str]:
    for placed in _in_order():
        if placed.state is not KeyState.RETIRING or placed.since is None:
            continue
        try:
            remaining = what_remains(placed.made, placed.since)
        except ServiceUnavailable:
            yield f"Who needs {placed.key.kid} is not known: the database cannot be asked."
            continue
        if remaining.is_over:
            yield f"{placed.key.kid} retires and is needed no more. Take it away."
        else:
            yield (
                f"{placed.key.kid} retires and has living tokens. Sessions that need it: "
                f"{remaining.sessions}. Leave it until {shown(remaining.until)}, or they log in "
                "again."
            )


def _strays() -> Iterator[str]:
    for folder in given.directories(get_settings().KEYS):
        for name in directory.strays(folder, directory.read(folder)):
            yield (
                f"{folder / name} is no key of the list: a change was interrupted, or somebody put "
                "it there. Nothing uses it; delete it."
            )
