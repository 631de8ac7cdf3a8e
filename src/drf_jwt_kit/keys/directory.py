"""Which keys are in a directory, in which state, and how are they changed?

``keyring.json`` lists the keys and their states; each key is a file of its own beside it. A
change writes the key first and then replaces the list in one rename, so a reader sees either the
old list or the new one, also after an interruption. Two changes at once take turns.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files import locks

from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.key_text import key_in

from .lifecycle import CannotRotate, Entry
from .ring import KeyState, PlacedKey

UNREADABLE_FILE = "drf_jwt_kit.E064"
EMPTY_DIRECTORY = "drf_jwt_kit.E026"
DAMAGED_INDEX = "drf_jwt_kit.E065"

INDEX = "keyring.json"
_LOCK = ".lock"
_OWNER_ONLY = 0o600
HAS_MODES = os.name == "posix"
"""Whether file modes say who may read a file, as chmod sets them."""


def keys_in(directory: Path) -> list[PlacedKey]:
    """The keys of ``directory``, the signing one among them. Raises UnusableKey."""
    entries = read(directory)
    if not entries:
        problem = f"The directory {directory} holds no keys."
        hint = "Make the first one: python manage.py jwtkit keys generate"
        raise UnusableKey(problem, hint=hint, id=EMPTY_DIRECTORY)
    return [_placed(entry, directory) for entry in entries]


def read(directory: Path) -> tuple[Entry, ...]:
    """The entries of the list: next, signing, retiring. Empty if there is no list.

    Raises UnusableKey where it cannot be read or understood.
    """
    index = directory / INDEX
    text = read_file(index, str(index), default=b'{"keys": []}')
    try:
        return tuple(_entry(item) for item in json.loads(text)["keys"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = f"{index} is damaged: it is not a list of keys as jwtkit writes it."
        hint = "Restore a backup, or move the directory away and make keys (users log in again)."
        raise UnusableKey(problem, hint=hint, id=DAMAGED_INDEX) from error


def read_file(path: Path, where: str, *, default: bytes | None = None) -> bytes:
    """The content of a file, or ``default`` if there is no file. Raises UnusableKey."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a ValueError is a null byte in the path
        if default is not None and isinstance(error, FileNotFoundError):
            return default
        problem = f"{where} cannot be read: {getattr(error, 'strerror', error)}."
        hint = "Let the user of the server read it. A directory of keys must belong to that user."
        raise UnusableKey(problem, hint=hint, id=UNREADABLE_FILE) from error


@contextmanager
def changing(directory: Path) -> Iterator[tuple[Entry, ...]]:
    """The entries, while no other process changes them. Makes the directory where there is none.

    Raises CannotRotate where another process is changing them.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / _LOCK).open("a", encoding="utf-8") as lock:
        if not locks.lock(lock, locks.LOCK_EX | locks.LOCK_NB):
            raise CannotRotate(f"Another process is changing the keys in {directory}. Try again.")
        try:
            yield read(directory)
        finally:
            locks.unlock(lock)


def write(directory: Path, entries: tuple[Entry, ...]) -> None:
    """Replace the list by ``entries``, in one step. Only within ``changing``."""
    listed = [{**asdict(entry), "state": entry.state.value} for entry in entries]
    text = json.dumps({"keys": listed}, default=datetime.isoformat, indent=2) + "\n"
    new = directory / f".{INDEX}.new"
    new.unlink(missing_ok=True)  # of a change that was interrupted
    create(new, text.encode())
    new.replace(directory / INDEX)
    _sync(directory)


def create(path: Path, content: bytes) -> None:
    """Write a file that was not there, for its owner alone. Raises FileExistsError.

    It is on the disk when this returns. A file made by root gets the owner of the folder, so that
    the server can read it.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            folder = path.parent.stat()
            os.chown(path, folder.st_uid, folder.st_gid)


def strays(directory: Path, entries: tuple[Entry, ...]) -> list[str]:
    """Files that look like keys and are not listed: left by an interrupted change, or added."""
    listed = {entry.file for entry in entries}
    found = (path.name for path in directory.iterdir() if path.suffix in {".pem", ".jwk"})
    return sorted(name for name in found if name not in listed)


def _sync(directory: Path) -> None:
    """Make a rename survive a power failure, if the system can do that."""
    if not HAS_MODES:
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entry(item: dict[str, Any]) -> Entry:
    members: dict[str, Any] = {name: str(item[name]) for name in ("kid", "algorithm", "file")}
    members |= {name: datetime.fromisoformat(item[name]) for name in ("created", "since")}
    entry = Entry(state=KeyState(item["state"]), **members)
    if os.path.basename(entry.file) != entry.file:
        raise ValueError("a file in another directory")
    if entry.created.tzinfo is None or entry.since.tzinfo is None:
        raise ValueError("a time without a zone")
    return entry


def _placed(entry: Entry, directory: Path) -> PlacedKey:
    path = directory / entry.file
    where = f"The key {entry.kid} (the file {path})"
    text = read_file(path, where)
    key = key_in(text, where=where, algorithm=entry.algorithm, kid=entry.kid)
    # Its place in the list of sources decides whether the directory's signing key signs.
    state = None if entry.state is KeyState.SIGNING else entry.state
    return PlacedKey(key=key, state=state, where=where, made=entry.created, since=entry.since)
