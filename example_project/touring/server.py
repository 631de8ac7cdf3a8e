"""Starts the demonstration for the length of a tour, with a database that is thrown away."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

_DEMO = Path(__file__).resolve().parent.parent / "demo.py"
_SECONDS_TO_START = 30
_SECONDS_TO_STOP = 5


class ServerFailed(Exception):  # noqa: N818  # reads as what happened
    """The server did not start; the message holds what it said."""


class OwnServer:
    """``with OwnServer(leeway=1) as server:`` serves on ``server.url``."""

    def __init__(self, leeway: float) -> None:
        self._leeway = leeway
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> "OwnServer":
        self._folder = tempfile.TemporaryDirectory(prefix="drf-jwt-kit-tour-")
        self._log = Path(self._folder.name, "server.log")
        environment = {
            **os.environ,
            "PORT": str(self._port),
            "DEMO_DATABASE": str(Path(self._folder.name, "db.sqlite3")),
            "DEMO_ROTATION_LEEWAY": str(self._leeway),
            "JWT_KEYS": str(Path(self._folder.name, "keys")),
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # this interpreter, our own file
                [sys.executable, str(_DEMO)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_it_serves()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def last_words(self, lines: int = 15) -> str:
        """The end of what the server has logged."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _wait_until_it_serves(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise ServerFailed(f"The server did not start. It said:\n{self.last_words()}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.05)
        raise ServerFailed(
            f"The server did not start within {_SECONDS_TO_START} s. It said:\n{self.last_words()}"
        )

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
