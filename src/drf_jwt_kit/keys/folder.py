"""How are files read and written in a folder that may be somebody else's, by its descriptor?

The folder is opened once, and every name is looked up in that one: whoever renames it or puts a
link in its place changes nothing. A new file is one that was not there, and is given away by its
own descriptor. Links are not followed, and pipes and devices never opened, where root acts in a
folder of another user. See ``path`` for which folders root enters at all.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.files import locks

HAS_MODES = os.name == "posix"
"""Whether file modes say who may read a file, as chmod sets them."""
HAS_DESCRIPTORS = os.open in os.supports_dir_fd
"""Whether names can be looked up in an open folder. Windows cannot, and has no root either."""

_OWNER_ONLY = 0o600
_LARGEST = 1024 * 1024
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NEVER_WAITING = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"))
_BINARY = getattr(os, "O_BINARY", 0)


class UnsafeFolder(Exception):  # noqa: N818  # reads as what it is
    """Nothing is written there; the message says what is wrong, why, and the cure."""


def is_root() -> bool:
    """Whether this process may write everywhere, so that others could use it to."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def read_regular(
    name: str | Path, *, within: int | None = None, follow: bool = True, limit: int = _LARGEST
) -> bytes:
    """The content of a regular file of at most ``limit`` bytes, in the open folder ``within``.

    Raises OSError, also for a pipe or a device, which is never waited for.
    """
    _require_regular(os.stat(name, dir_fd=within, follow_symlinks=follow))
    flags = os.O_RDONLY | _NEVER_WAITING | _BINARY | (0 if follow else _NOFOLLOW)
    with os.fdopen(os.open(name, flags, dir_fd=within), "rb") as file:
        _require_regular(os.fstat(file.fileno()))
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"It is longer than {limit} bytes")
    return content


class Folder:
    """An open folder. Names are those of files in it, without a path."""

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._fd = descriptor
        self._state = os.stat(path) if descriptor is None else os.fstat(descriptor)

    @property
    def state(self) -> os.stat_result:
        """Owner and mode, as they were when it was opened."""
        return self._state

    def names(self) -> list[str]:
        """The names of the files in it."""
        return os.listdir(self.path if self._fd is None else self._fd)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises OSError."""
        trusted = not is_root() or self._state.st_uid == 0
        return read_regular(self._in(name), within=self._fd, follow=trusted)

    def create(self, name: str, content: bytes) -> None:
        """Write a file that was not there, for the owner of the folder alone.

        It is on the disk when this returns. Raises FileExistsError, and OSError, after which it is
        not there.
        """
        descriptor = self._new(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            self.remove(name)
            raise
        self.sync()

    def replace(self, name: str, instead_of: str) -> None:
        """Rename a file, over another one if there is one, in one step that survives a crash."""
        there = {"src_dir_fd": self._fd, "dst_dir_fd": self._fd}
        os.replace(self._in(name), self._in(instead_of), **there)
        self.sync()

    def remove(self, name: str) -> None:
        """Remove a file, if it is there. Raises OSError."""
        with suppress(FileNotFoundError):
            os.unlink(self._in(name), dir_fd=self._fd)

    def sync(self) -> None:
        """Make what has changed survive a power failure, if the system can do that."""
        if self._fd is not None:
            os.fsync(self._fd)

    @contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Whether this process alone has the lock file, while the block runs. Never waits."""
        descriptor = self._lock_file(name)
        try:
            yield locks.lock(descriptor, locks.LOCK_EX | locks.LOCK_NB)
        finally:
            os.close(descriptor)  # which unlocks it

    def _new(self, name: str) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _NEVER_WAITING | _BINARY
        descriptor = os.open(self._in(name), flags, _OWNER_ONLY, dir_fd=self._fd)
        try:
            if is_root():
                os.fchown(descriptor, self._state.st_uid, self._state.st_gid)
            if HAS_MODES:  # pragma: no branch  # Windows has none
                os.fchmod(descriptor, _OWNER_ONLY)  # whatever the umask, and after the chown
        except BaseException:
            os.close(descriptor)
            self.remove(name)
            raise
        return descriptor

    def _lock_file(self, name: str) -> int:
        try:
            return self._new(name)
        except FileExistsError:
            self._require_ours(os.stat(self._in(name), dir_fd=self._fd, follow_symlinks=False))
        flags = os.O_RDWR | _NOFOLLOW | _NEVER_WAITING | _BINARY
        descriptor = os.open(self._in(name), flags, dir_fd=self._fd)
        try:
            self._require_ours(os.fstat(descriptor))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _require_ours(self, found: os.stat_result) -> None:
        """Refuse a lock file that is a link, a pipe, or one more name of somebody's file."""
        owners = {self._state.st_uid, os.geteuid()} if HAS_MODES else {found.st_uid}
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid in owners:
            return
        why = "It is a link, no file, or of another user, so somebody may have put it there"
        raise UnsafeFolder(f"The lock file in {self.path} is not jwtkit's. {why}. Remove it.")

    def _in(self, name: str) -> str:
        return str(self.path / name) if self._fd is None else name


def _require_regular(found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, "It is a link, which root does not follow in others' folders")
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "It is not a regular file")
