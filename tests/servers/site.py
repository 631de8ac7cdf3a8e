"""A project that gunicorn serves with several worker processes, each with its own connections."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from .client import DistantKit, Person
from .events import read_events

ROOT = Path(__file__).resolve().parents[2]
_SETTINGS = """\
import datetime
from tests.servers.served.settings import *
"""


class Site:
    """A served project. Make one with the fixture ``serve``, which stops it again."""

    def __init__(
        self, folder: Path, *, workers: int, threads: int, settings: dict[str, Any]
    ) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._write_settings(settings)
        with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
            self.port: int = listener.getsockname()[1]
            self.process = self._start(listener, workers, threads)
        try:
            self.act("ready")
        except (AssertionError, OSError) as error:
            self.stop()
            raise RuntimeError(self.log.read_text()[-4000:]) from error

    def kit(self) -> DistantKit:
        """A new client of this site."""
        return DistantKit(self.port)

    def act(self, name: str, /, **arguments: Any) -> Any:
        """Let a worker do what the project itself would: see ``served/acts.py``."""
        answer = self.kit().post(f"/acts/{name}/", arguments)
        assert answer.status_code == 200, (answer.status_code, answer.content[-2000:])
        return answer.json()

    def newcomer(self) -> Person:
        """A user that no other test has."""
        name = f"user-{uuid.uuid4().hex[:12]}"
        return Person(name, self.act("make_user", name=name)["pk"])

    def row(self, session: object) -> dict[str, Any]:
        """The session's row as a new connection reads it."""
        return dict(self.act("row", session=str(session)))

    def events(self, **facts: object) -> list[dict[str, str]]:
        """What its workers logged so far that says all of ``facts``."""
        return read_events(self.log, **facts)

    def worker_pids(self) -> list[int]:
        """The worker processes that live now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def ask_to_stop(self) -> None:
        """Let what is in flight finish, and then end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """End it, and return when it has ended."""
        self.ask_to_stop()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _write_settings(self, settings: dict[str, Any]) -> None:
        lines = [f"{name} = {value!r}\n" for name, value in settings.items()]
        (self.folder / "site_settings.py").write_text(_SETTINGS + "".join(lines))

    def _start(
        self, listener: socket.socket, workers: int, threads: int
    ) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(self.folder), str(ROOT)])
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "tests.servers.served.wsgi"),
                    *("--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"),
                    *("--workers", str(workers), "--threads", str(threads)),
                    *("--preload", "--no-control-socket", "--graceful-timeout", "3"),
                    *("--keep-alive", "0"),
                ],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "site_settings",
                    "PYTHONPATH": path,
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
