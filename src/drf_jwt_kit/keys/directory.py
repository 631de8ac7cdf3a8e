"""Which keys are in a directory, in which state, and how are they changed?

``keyring.json`` lists the keys and their states; each key is a file of its own beside it. A
change writes the key first and then replaces the list in one rename, so a reader sees either the
old list or the new one, also after an interruption. Two changes at once take turns. How files are
written where others may have prepared something: see folder and path.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from drf_jwt_kit.disclosure import is_harmless, shown
from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.key_text import key_in

from .folder import Folder, read_regular
from .lifecycle import CannotRotate, Entry, is_sound
from .path import opened, opened_to_write
from .ring import Attempt, KeyState, Placed, PlacedKey, strictly

UNREADABLE_FILE = "drf_jwt_kit.E064"
EMPTY_DIRECTORY = "drf_jwt_kit.E026"
DAMAGED_INDEX = "drf_jwt_kit.E065"

INDEX = "keyring.json"
_LOCK = ".lock"
_NO_PATH = "If it is no path but a key, write {'key': …} around it. "


def keys_in(directory: Path, attempt: Attempt = strictly) -> list[Placed]:
    """The keys of ``directory``, the signing one among them. Raises UnusableKey."""
    with _readable(directory) as folder:
        entries = () if folder is None else _entries(folder)
        if not entries:
            raise _empty(directory)
        assert folder is not None  # noqa: S101  # or it would have no entries
        return [key for entry in entries for key in _attempted(entry, folder, attempt)]


def read(directory: Path) -> tuple[Entry, ...]:
    """The entries of the list: next, signing, retiring. Empty if there is no list.

    Raises UnusableKey where it cannot be read or understood.
    """
    with _readable(directory) as folder:
        return () if folder is None else _entries(folder)


def read_file(path: Path, where: str) -> bytes:
    """The content of a file. Raises UnusableKey."""
    return _content(partial(read_regular, path), where)


@contextmanager
def changing(directory: Path) -> Iterator[tuple[Folder, tuple[Entry, ...]]]:
    """The folder and its entries, while no other process changes them. Makes the directory where
    there is none.

    Raises CannotRotate where another process is changing them, UnsafeFolder, and OSError.
    """
    with opened_to_write(directory, make=True) as folder, folder.locked(_LOCK) as has_turn:
        if not has_turn:
            raise CannotRotate(f"Another process is changing the keys in {directory}. Try again.")
        yield folder, _entries(folder)


def write(folder: Folder, entries: tuple[Entry, ...]) -> None:
    """Replace the list by ``entries``, in one step. Only within ``changing``."""
    listed = [{**asdict(entry), "state": entry.state.value} for entry in entries]
    text = json.dumps({"keys": listed}, default=datetime.isoformat, indent=2) + "\n"
    new = f".{INDEX}.new"
    folder.remove(new)  # of a change that was interrupted
    folder.create(new, text.encode())
    folder.replace(new, INDEX)


def strays(directory: Path, entries: tuple[Entry, ...]) -> list[str]:
    """Files that look like keys and are not listed: left by an interrupted change, or added."""
    listed = {entry.file for entry in entries}
    with opened(directory) as folder:
        found = [name for name in folder.names() if Path(name).suffix in {".pem", ".jwk"}]
    return sorted(name for name in found if name not in listed)


@contextmanager
def _readable(directory: Path) -> Iterator[Folder | None]:
    """The folder, or None if there is none. Raises UnusableKey."""
    folder: Folder | None = None
    failure: UnusableKey | None = None
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(opened(directory))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            failure = _unreadable(shown(directory / INDEX, str), error)
        if failure is not None:
            raise failure
        yield folder


def _empty(directory: Path) -> UnusableKey:
    problem = f"The directory {shown(directory, str)} holds no keys."
    doubt = "" if is_harmless(directory) else _NO_PATH
    hint = f"{doubt}Make the first one: python manage.py jwtkit keys generate"
    return UnusableKey(problem, hint=hint, id=EMPTY_DIRECTORY)


def _entries(folder: Folder) -> tuple[Entry, ...]:
    index = folder.path / INDEX
    try:
        text = _content(partial(folder.read, INDEX), str(index))
    except UnusableKey as error:
        if not error.is_missing:
            raise
        return ()
    try:
        return tuple(_entry(item) for item in json.loads(text)["keys"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = f"{index} is damaged: it is not a list of keys as jwtkit writes it."
        hint = "Restore a backup, or move the directory away and make keys (users log in again)."
        raise UnusableKey(problem, hint=hint, id=DAMAGED_INDEX) from error


def _content(read: Callable[[], bytes], where: str) -> bytes:
    try:
        return read()
    except (OSError, ValueError) as error:  # a ValueError is a null byte in the path
        failure = _unreadable(where, error)
    raise failure


def _unreadable(where: str, error: OSError | ValueError) -> UnusableKey:
    """Raised where ``error`` is over, because its own text shows a path that may be a key."""
    why = error.strerror if isinstance(error, OSError) else "embedded null byte"
    problem = f"{where} cannot be read: {why}."
    hint = "Let the user of the server read it. A directory of keys must belong to that user."
    is_missing = isinstance(error, FileNotFoundError)
    return UnusableKey(problem, hint=hint, id=UNREADABLE_FILE, is_missing=is_missing)


def _entry(item: dict[str, Any]) -> Entry:
    members: dict[str, Any] = {name: str(item[name]) for name in ("kid", "algorithm", "file")}
    members |= {name: datetime.fromisoformat(item[name]) for name in ("created", "since")}
    entry = Entry(state=KeyState(item["state"]), **members)
    if os.path.basename(entry.file) != entry.file or entry.file.startswith("."):
        raise ValueError("a file in another directory, or one of ours")
    if not f"{entry.kid}{entry.algorithm}{entry.file}".isprintable():  # commands print them
        raise ValueError("a name that no terminal should be shown")
    if not (is_sound(entry.created) and is_sound(entry.since)):
        raise ValueError("a time without a zone, or one that nothing can follow")
    return entry


def _attempted(entry: Entry, folder: Folder, attempt: Attempt) -> list[Placed]:
    # Its place in the list of sources decides whether the directory's signing key signs.
    state = None if entry.state is KeyState.SIGNING else entry.state
    return attempt(f"{folder.path} {entry.kid}", lambda: [_placed(entry, folder, state)], state)


def _placed(entry: Entry, folder: Folder, state: KeyState | None) -> PlacedKey:
    where = f"The key {entry.kid} (the file {folder.path / entry.file})"
    text = _content(partial(folder.read, entry.file), where)
    key = key_in(text, where=where, algorithm=entry.algorithm, kid=entry.kid)
    return PlacedKey(key=key, state=state, where=where, made=entry.created, since=entry.since)
