"""Which folder does a path lead to, and may this process write there?

Root could be led astray by whoever owns a folder on the way, so it goes from one to the next by
descriptor, and enters a folder only if nobody but root and the folder's owner could have changed
the way there. Other users act with their own rights, and go where the path leads.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from .folder import HAS_DESCRIPTORS, HAS_MODES, Folder, UnsafeFolder, is_root

_MOST_LINKS = 40
_ENTER = sum(getattr(os, name, 0) for name in ("O_DIRECTORY", "O_CLOEXEC"))
_STRAIGHT = _ENTER | getattr(os, "O_NOFOLLOW", 0)
_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """The folder at ``path``, to read from. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | _ENTER) if HAS_DESCRIPTORS else None
    with _closing(descriptor):
        yield Folder(path, descriptor)


@contextmanager
def opened_to_write(path: Path, *, make: bool = False) -> Iterator[Folder]:
    """The folder at ``path``, to write into; with ``make`` for keys alone, and made if need be.

    Raises UnsafeFolder where others could redirect what is written, or replace a key that is read
    from there, and OSError.
    """
    path = Path(os.path.abspath(path))
    if is_root():
        descriptor: int | None = _entered_by_root(path, make=make)
    else:
        if make:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | _ENTER) if HAS_DESCRIPTORS else None
    with _closing(descriptor):
        folder = Folder(path, descriptor)
        if HAS_MODES and make:
            _require_own(folder)
        elif HAS_MODES and _is_open(folder.state):
            _refuse_open(folder)
        yield folder


def is_open_to_others(mode: int) -> bool:
    """Whether others can replace what is in a folder of this mode. Where the sticky bit is set,
    they can add files and replace none."""
    return bool(mode & _BY_OTHERS) and not mode & stat.S_ISVTX


@contextmanager
def _closing(descriptor: int | None) -> Iterator[None]:
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _require_own(folder: Folder) -> None:
    owner = folder.state.st_uid
    if not is_root() and owner not in {os.geteuid(), 0}:
        why = "It belongs to another user, whose server could not read what this one writes"
        cure = f"Run this as its owner: sudo -u '#{owner}'"
        raise UnsafeFolder(f"Nothing was written into {folder.path}. {why}. {cure}.")
    if is_open_to_others(folder.state.st_mode):
        _refuse_open(folder)


def _refuse_open(folder: Folder) -> NoReturn:
    why = "Others could put a key of their own into it, and log in as anybody"
    cure = f"chmod go-w {folder.path}"
    raise UnsafeFolder(f"Nothing was written into {folder.path}. {why}: {cure}")


class _Walk:
    """The way to a folder, from the root of the file system, by descriptor."""

    def __init__(self, path: Path) -> None:
        self._path, self._links = path, 0
        self._passed: list[tuple[Path, os.stat_result]] = []
        """The folders and links on the way, as they were found."""
        self.here = os.open("/", os.O_RDONLY | _ENTER)
        self._where = Path("/")

    def to_the_end(self, *, make: bool) -> None:
        """Go to the folder, and make what is missing. Raises UnsafeFolder and OSError."""
        ahead = list(self._path.parts[1:])
        while ahead:
            name = ahead.pop(0)
            if (target := self._link(name)) is not None:
                ahead = [*target.parts[target.is_absolute() :], *ahead]
                continue
            self._passed.append((self._where, os.fstat(self.here)))
            if make:
                self._make(name, 0o777 if ahead else 0o700)
            self._enter(os.open(name, os.O_RDONLY | _STRAIGHT, dir_fd=self.here))
            self._where /= name
        self._require_safe()

    def _link(self, name: str) -> Path | None:
        """Where the link ``name`` leads; None if it is none."""
        try:
            found = os.stat(name, dir_fd=self.here, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if not stat.S_ISLNK(found.st_mode):
            return None
        self._links += 1
        if self._links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        self._passed += [(self._where, os.fstat(self.here)), (self._where / name, found)]
        target = Path(os.readlink(name, dir_fd=self.here))
        if target.is_absolute():
            self._enter(os.open("/", os.O_RDONLY | _ENTER))
            self._where = Path("/")
        return target

    def _enter(self, folder: int) -> None:
        os.close(self.here)
        self.here = folder

    def _make(self, name: str, mode: int) -> None:
        try:
            os.stat(name, dir_fd=self.here, follow_symlinks=False)
        except FileNotFoundError:
            self._require_safe()
            with _acting_for(os.fstat(self.here)):
                os.mkdir(name, mode, dir_fd=self.here)

    def _require_safe(self) -> None:
        """Refuse a way that somebody but root and the owner of this folder can change."""
        owner = os.fstat(self.here).st_uid
        for place, found in self._passed:
            if _is_open(found) or found.st_uid not in {0, owner}:
                why = f"{place} is on the way there, and others than root and its owner can replace"
                as_owner = f"Run this as the owner of {self._path}: sudo -u '#{owner}'"
                cure = as_owner if owner else "Name a folder that only root can reach"
                problem = f"Nothing was written into {self._path}. {why} what it leads to. {cure}."
                raise UnsafeFolder(problem)


def _is_open(found: os.stat_result) -> bool:
    """Whether others can replace what is in a folder. The mode of a link says nothing.

    Many systems give each user but root a group of its own number, to which its files are open.
    """
    private = stat.S_IWGRP if found.st_gid == found.st_uid != 0 else 0
    return stat.S_ISDIR(found.st_mode) and is_open_to_others(found.st_mode & ~private)


def _entered_by_root(path: Path, *, make: bool) -> int:
    """A descriptor of the folder at ``path``, if the way there is safe."""
    walk = _Walk(path)
    try:
        walk.to_the_end(make=make)
    except BaseException:
        os.close(walk.here)
        raise
    return walk.here


@contextmanager
def _acting_for(owner: os.stat_result) -> Iterator[None]:
    """Make a folder with the rights of the owner of the one that it is in.

    Made by root and given away afterwards, it could be another one by then: a folder has no
    descriptor before it has a name.
    """
    if owner.st_uid == 0:
        yield
        return
    group = os.getegid()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
