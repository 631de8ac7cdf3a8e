"""``jwtkit keys generate``, ``rotate`` and ``remove``: each changes a directory in one step."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import ServiceUnavailable, UnusableKey
from drf_jwt_kit.keys import KeyState, directory, given, making, rotation
from drf_jwt_kit.keys.material import key_in

from .remaining import Remaining, now, what_remains

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.core.management.base import BaseCommand

    from drf_jwt_kit.keys.rotation import Entry

_KEYS = "python manage.py jwtkit keys"


def run_generate(command: BaseCommand, options: dict[str, Any]) -> None:
    """Make a key, as the next one of its directory or as a file."""
    algorithm = options["algorithm"]
    text = _new_text(algorithm)
    if options["output"] is not None:
        path = options["output"].absolute()
        _create(path, text)
        command.stdout.write(
            f"{path} holds a new key for {algorithm}. Name it in KEYS: "
            f'{{"file": "{path}", "algorithm": "{algorithm}"}}'
        )
        return
    with _changed(options) as (folder, entries):
        entry = _new_entry(text, algorithm)
        added = rotation.added(entries, entry)
        _create(folder / entry.file, text)
        directory.write(folder, added)
    command.stdout.write(f"Made {entry.kid} for {algorithm}.")
    command.stdout.write(_what_follows(added, entry.kid))


def run_rotate(command: BaseCommand, options: dict[str, Any]) -> None:
    """Let the next key sign."""
    with _changed(options) as (folder, entries):
        moved = rotation.rotated(
            entries,
            now=now(),
            ahead=get_settings().KEYS_PUBLISHED_AHEAD,
            at_once=options["at_once"],
        )
        directory.write(folder, moved)
    interval = int(get_settings().KEYS_RELOAD_INTERVAL.total_seconds())
    signing = rotation.in_state(moved, KeyState.SIGNING)[0]
    command.stdout.write(f"{signing.kid} signs, in every process within {interval} s.")
    for entry in rotation.in_state(moved, KeyState.RETIRING):
        command.stdout.write(_may_go(entry, _remaining(entry)))


def run_remove(command: BaseCommand, options: dict[str, Any]) -> None:
    """Take a key away, unless that would log people out who are not meant to be."""
    with _changed(options) as (folder, entries):
        entry = rotation.found(entries, options["kid"])
        left = rotation.removed(entries, entry.kid)
        if entry.state is KeyState.RETIRING and not options["at_once"]:
            remaining = _remaining(entry)
            if remaining is None or not remaining.is_over:
                raise CommandError(
                    f"{_may_go(entry, remaining)}\nIf the key has leaked, use --at-once: whoever "
                    "has a token of it logs in again."
                )
        directory.write(folder, left)
        (folder / entry.file).unlink(missing_ok=True)
    interval = int(get_settings().KEYS_RELOAD_INTERVAL.total_seconds())
    command.stdout.write(f"{entry.kid} is gone, from every process within {interval} s.")


@contextmanager
def _changed(options: dict[str, Any]) -> Iterator[tuple[Path, tuple[Entry, ...]]]:
    """The directory and its entries, while nobody else changes them."""
    folder = options["directory"] or _configured_directory()
    try:
        with directory.changing(folder) as entries:
            yield folder, entries
    except (rotation.CannotRotate, UnusableKey) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(
            f"{folder} cannot be changed: {error.strerror}. Run this as the user that runs the "
            "server, who must own the directory."
        ) from error


def _configured_directory() -> Path:
    folders = given.directories(get_settings().KEYS)
    if len(folders) != 1:
        which = "several directories" if folders else "no directory"
        raise CommandError(
            f"DRF_JWT_KIT['KEYS'] names {which}. Say which with --directory; or make a key that "
            f"you place yourself: {_KEYS} generate --output FILE"
        )
    return folders[0]


def _new_text(algorithm: str) -> bytes:
    """A key whose name does not begin as an option does, so that it can be typed."""
    while True:
        text = making.new_key(algorithm)
        if not key_in(text, where="The new key", algorithm=algorithm).kid.startswith("-"):
            return text


def _new_entry(text: bytes, algorithm: str) -> Entry:
    key = key_in(text, where="The new key", algorithm=algorithm)
    moment = now().replace(microsecond=0)
    return rotation.Entry(
        kid=key.kid,
        algorithm=algorithm,
        file=key.kid + making.suffix(algorithm),
        state=KeyState.NEXT,
        created=moment,
        since=moment,
    )


def _create(path: Path, text: bytes) -> None:
    try:
        directory.create(path, text)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already. Nothing was written.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def _what_follows(entries: tuple[Entry, ...], kid: str) -> str:
    entry = rotation.found(entries, kid)
    if entry.state is KeyState.SIGNING:
        return "It is the first one, and signs."
    ready = rotation.shown(entry.since + get_settings().KEYS_PUBLISHED_AHEAD)
    return f"It is next: it verifies, and may sign from {ready} on: {_KEYS} rotate"


def _remaining(entry: Entry) -> Remaining | None:
    """None where the session table cannot be asked."""
    try:
        return what_remains(entry.created, entry.since)
    except ServiceUnavailable:
        return None


def _may_go(entry: Entry, remaining: Remaining | None) -> str:
    if remaining is None:
        return (
            f"{entry.kid} retires. Who still needs it is not known: the database cannot be asked."
        )
    if remaining.is_over:
        return f"{entry.kid} is needed no more: {_KEYS} remove {entry.kid}"
    return (
        f"{entry.kid} retires. Sessions that need it: {remaining.sessions}. It may go from "
        f"{rotation.shown(remaining.until)} on: {_KEYS} remove {entry.kid}"
    )
