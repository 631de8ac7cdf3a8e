"""A server: one that somebody else runs, or a process of ours in a folder of its own."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .address import Address, given

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

LONGEST_START = 60.0
"""Seconds; a busy machine needs a few."""


class LeftOutError(Exception):
    """There is no such server here. The text says how to get it."""


class Server:
    """One server. ``ours`` says whether it can be stopped, started and restarted."""

    name: ClassVar[str]
    variable: ClassVar[str]
    """The environment variable with the URL of one that is there already."""
    default_port: ClassVar[int]
    stop_signal: ClassVar[int] = signal.SIGTERM
    kill_signal: ClassVar[int] = signal.SIGKILL

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.folder: Path | None = None
        self.address: Address

    @classmethod
    def found(cls) -> Server:
        """The server that the environment names, or one of ours. Raises LeftOutError."""
        url = given(cls.variable)
        return cls.elsewhere(url) if url else cls.own()

    @classmethod
    def elsewhere(cls, url: str) -> Server:
        """A server that somebody else runs."""
        server = cls()
        server.address = Address.of_url(url, port=cls.default_port)
        server.wait_until_it_answers()
        return server

    @classmethod
    def own(cls, *about: Any) -> Self:
        """A new server of ours, made with ``about``. Raises LeftOutError if not installed."""
        cls.require_installed()
        server = cls(*about)
        server.folder = Path(tempfile.mkdtemp(prefix=f"drf-jwt-kit-{cls.name.lower()}-"))
        try:
            server.prepare()
            server.address = server.new_address(free_port())
            server.start()
        except BaseException:
            server.discard()
            raise
        return server

    @property
    def ours(self) -> bool:
        """Whether it was started here, so that nobody else is harmed when it stops."""
        return self.folder is not None

    def start(self) -> None:
        """Run it, until it answers."""
        assert self.folder is not None, f"{self.name} is somebody else's"
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # a Ctrl-C in the terminal is for the tests
                preexec_fn=partial(ends_with_its_parent, self.kill_signal),  # noqa: PLW1509
                **self.identity(),
            )
        self.wait_until_it_answers()

    def stop(self) -> None:
        """Shut it down as a package's script does: its clients are cut off."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End it at once, with everything unfinished."""
        self._end(self.kill_signal)

    def restart(self) -> None:
        """Stop it and start it, on the same port, with the same contents."""
        self.stop()
        self.start()

    def discard(self) -> None:
        """End it and remove what it holds. Does nothing to somebody else's."""
        if self.folder is not None:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def wait_until_it_answers(self) -> None:
        """Return when it does; RuntimeError with the end of its log where it never will."""
        deadline = time.monotonic() + LONGEST_START
        while not self.answers():
            ended = self.process is not None and self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not answer.\n{self._last_words()}")
            time.sleep(0.05)

    def identity(self) -> dict[str, object]:
        """As whom the process runs: arguments of ``subprocess.Popen``."""
        return {}

    @classmethod
    def require_installed(cls) -> None:
        """Raise LeftOutError, with the cure, where its programs are not here."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make what it needs before its first start, in its folder."""

    def new_address(self, port: int) -> Address:
        """Where it will be."""
        return Address(host="127.0.0.1", port=port)

    def command(self) -> list[str]:
        """What runs it in the foreground."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it takes orders now."""
        raise NotImplementedError

    def _end(self, how: int) -> None:
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _last_words(self) -> str:
        log = self.folder / "log" if self.folder is not None else None
        return log.read_text(errors="replace")[-2000:] if log is not None else str(self.address)


def ends_with_its_parent(how: int) -> None:
    """In a new process: have the kernel end it when the tests are killed. Linux alone can."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, how)


_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def prepared_by(command: list[str], **how: Any) -> None:
    """Run ``command``; RuntimeError with the end of what it said if it fails."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
        **how,
    )
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace")[-2000:]
        raise RuntimeError(f"{command[0]} ended with {done.returncode}.\n{said}")


def program(name: str) -> str | None:
    """The full path of a program, system folders included, which users often lack on PATH."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    return shutil.which(name, path=folders)


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def succeeds(attempt: Callable[[], object], *failures: type[Exception]) -> bool:
    """Whether ``attempt`` ends without one of ``failures``."""
    try:
        attempt()
    except failures:
        return False
    return True
