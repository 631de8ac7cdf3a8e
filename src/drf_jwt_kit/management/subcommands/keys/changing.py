"""How do ``jwtkit keys generate``, ``rotate`` and ``remove`` change keys? Each in one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.disclosure import shown
from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.key_text import key_in, new_key_text, suffix
from drf_jwt_kit.keys import Key, KeyState, configured, directory, lifecycle
from drf_jwt_kit.keys.folder import Folder, UnsafeFolder
from drf_jwt_kit.keys.lifecycle import Entry
from drf_jwt_kit.keys.path import opened_to_write
from drf_jwt_kit.management.columns import printable

from .showing import told, what_remains


def run_generate(command: BaseCommand, options: dict[str, Any]) -> None:
    """Make a key, as the next one of its directory or as a file."""
    algorithm = options["algorithm"]
    text, key = _new_key(algorithm)
    if options["output"] is not None:
        path = options["output"].absolute()
        _create_elsewhere(path, text)
        named = printable(path)
        source = f'{{"file": "{named}", "algorithm": "{algorithm}"}}'
        command.stdout.write(f"{named} holds a new key for {algorithm}. Name it in KEYS: {source}")
        return
    with _changed(options) as (folder, entries):
        moment = now().replace(microsecond=0)
        entry = lifecycle.Entry(
            kid=key.kid,
            algorithm=algorithm,
            file=key.kid + suffix(algorithm),
            state=KeyState.NEXT,
            created=moment,
            since=moment,
        )
        added = lifecycle.added(entries, entry)
        _create(folder, entry.file, text)
        directory.write(folder, added)
    command.stdout.write(f"Made {entry.kid} for {algorithm}.")
    command.stdout.write(_what_follows(lifecycle.found(added, entry.kid)))


def run_rotate(command: BaseCommand, options: dict[str, Any]) -> None:
    """Let the next key sign."""
    with _changed(options) as (folder, entries):
        at, ahead = now(), get_settings().KEYS_PUBLISHED_AHEAD
        moved = lifecycle.rotated(entries, now=at, ahead=ahead, at_once=options["at_once"])
        directory.write(folder, moved)
    interval = int(get_settings().KEYS_RELOAD_INTERVAL.total_seconds())
    signing = lifecycle.in_state(moved, KeyState.SIGNING)[0]
    command.stdout.write(f"{signing.kid} signs, in every process within {interval} s.")
    for entry in lifecycle.in_state(moved, KeyState.RETIRING):
        command.stdout.write(told(entry.kid, what_remains(entry.created, entry.since)))


def run_remove(command: BaseCommand, options: dict[str, Any]) -> None:
    """Remove a key. If that would log users out, only with --at-once."""
    with _changed(options) as (folder, entries):
        entry = lifecycle.found(entries, options["kid"])
        left = lifecycle.removed(entries, entry.kid)
        if entry.state is KeyState.RETIRING and not options["at_once"]:
            remaining = what_remains(entry.created, entry.since)
            if remaining is None or not remaining.is_over:
                leaked = "If the key has leaked, use --at-once: users of its tokens log in again."
                raise CommandError(f"{told(entry.kid, remaining)}\n{leaked}")
        directory.write(folder, left)
        folder.remove(entry.file)
    interval = int(get_settings().KEYS_RELOAD_INTERVAL.total_seconds())
    command.stdout.write(f"{entry.kid} is removed, from every process within {interval} s.")


@contextmanager
def _changed(options: dict[str, Any]) -> Iterator[tuple[Folder, tuple[Entry, ...]]]:
    """The directory and its entries, while no other process changes them."""
    path = options["directory"] or _configured_directory()
    try:
        with directory.changing(path) as (folder, entries):
            yield folder, entries
    except (lifecycle.CannotRotate, UnusableKey, UnsafeFolder) as error:
        raise CommandError(printable(error)) from error
    except OSError as error:
        cure = "Run this as the user that runs the server, who must own the directory."
        problem = f"{printable(shown(path, str))} cannot be changed: {error.strerror}. {cure}"
        raise CommandError(problem) from error


def _configured_directory() -> Path:
    folders = configured.directories(get_settings().KEYS)
    if len(folders) != 1:
        which = "several directories" if folders else "no directory"
        cure = "Name one with --directory; or, for generate, a file with --output."
        raise CommandError(f"DRF_JWT_KIT['KEYS'] names {which}. {cure}")
    return folders[0]


def _new_key(algorithm: str) -> tuple[bytes, Key]:
    """A key whose name does not begin with a dash, so that it is not taken for an option."""
    while True:
        text = new_key_text(algorithm)
        key = key_in(text, where="The new key", algorithm=algorithm)
        if not key.kid.startswith("-"):
            return text, key


def _create_elsewhere(path: Path, text: bytes) -> None:
    try:
        with opened_to_write(path.parent) as folder:
            _create(folder, path.name, text)
    except UnsafeFolder as error:
        raise CommandError(printable(error)) from error
    except OSError as error:
        problem = f"{printable(path)} cannot be written: {error.strerror}."
        raise CommandError(problem) from error


def _create(folder: Folder, name: str, text: bytes) -> None:
    try:
        folder.create(name, text)
    except FileExistsError as error:
        problem = f"{printable(folder.path / name)} exists already. Nothing was written."
        raise CommandError(problem) from error


def _what_follows(entry: Entry) -> str:
    if entry.state is KeyState.SIGNING:
        return "It is the first key, so it signs."
    ready = lifecycle.as_text(entry.since + get_settings().KEYS_PUBLISHED_AHEAD)
    rotate = f"{lifecycle.KEYS_COMMAND} rotate"
    return f"It is the next key. It verifies now, and may sign from {ready} on: {rotate}"
