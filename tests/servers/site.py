"""A project that gunicorn serves with several worker processes, each with its own connections."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Any

from tests.child import ROOT, environment

from .client import DistantKit, Person
from .events import read_events
from .process import ends_with_its_parent
from .served.holding import AFTER_WRITE, BEFORE_WRITE

_PATIENCE = 30
"""Seconds until what must happen counts as not happening, on a machine that is busy."""
_SETTINGS = """\
import datetime
from {package}.settings import *
"""


class Site:
    """A served project. Make one with the fixture ``serve``, which stops it again."""

    package = "tests.servers.served"
    """Where its ``settings`` and ``wsgi`` are."""

    def __init__(
        self, folder: Path, *, workers: int, threads: int, settings: dict[str, Any]
    ) -> None:
        self.folder = folder
        self.log = folder / "log"
        with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
            self.port: int = listener.getsockname()[1]
            self._write_settings({**settings, **self.own_settings()})
            self.process = self._start(listener, workers, threads)
        try:
            self._wait_until_it_answers(workers)
        except (AssertionError, OSError) as error:
            self.kill()
            raise RuntimeError(self.log.read_text()[-4000:]) from error
        except BaseException:  # Ctrl-C: nobody has it yet who would end it
            self.kill()
            raise

    def kit(self) -> DistantKit:
        """A new client of this site."""
        return DistantKit(self.port)

    def own_settings(self) -> dict[str, Any]:
        """Settings that depend on its port."""
        return {}

    def options(self) -> list[str]:
        """Further arguments for gunicorn."""
        return []

    def act(self, name: str, /, **arguments: Any) -> Any:
        """Let a worker do what the project itself would: see ``served/acts.py``.

        What others' writes make fail, at the higher isolation levels, is begun again.
        """
        deadline = time.monotonic() + _PATIENCE
        while (answer := self.kit().post(f"/acts/{name}/", arguments)).status_code == 503:
            if time.monotonic() > deadline:
                break
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

    def hold(self) -> Hold:
        """A place where requests of this site can be made to stand still."""
        return Hold(self)

    def worker_pids(self) -> list[int]:
        """The worker processes that live now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def stop(self) -> None:
        """Let what is in flight finish, and end it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, master and workers."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def discard(self) -> None:
        """End it when nobody needs it any more: at once, but where what it reaches is measured.
        A process that is killed writes no coverage."""
        if "COVERAGE_PROCESS_CONFIG" in os.environ:
            self.stop()
        else:
            self.kill()

    def _wait_until_it_answers(self, workers: int) -> None:
        self.act("ready")
        deadline = time.monotonic() + _PATIENCE
        while len(self.worker_pids()) < workers:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _write_settings(self, settings: dict[str, Any]) -> None:
        lines = [f"{name} = {value!r}\n" for name, value in settings.items()]
        text = _SETTINGS.format(package=self.package) + "".join(lines)
        (self.folder / "site_settings.py").write_text(text)

    def _start(
        self, listener: socket.socket, workers: int, threads: int
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", f"{self.package}.wsgi"),
                    *("--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"),
                    *("--workers", str(workers), "--threads", str(threads)),
                    *("--preload", "--no-control-socket", "--graceful-timeout", "3"),
                    *("--keep-alive", "0"),
                    *self.options(),
                ],
                cwd=ROOT,
                env=environment(self.folder, DJANGO_SETTINGS_MODULE="site_settings"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                start_new_session=True,
                preexec_fn=partial(ends_with_its_parent, signal.SIGTERM),  # noqa: PLW1509
            )


class Hold:
    """Requests with one of these headers stand still, before or after writing, until released."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.file = site.folder / f"release-{uuid.uuid4().hex}"
        self.before_write = {BEFORE_WRITE: str(self.file)}
        self.after_write = {AFTER_WRITE: str(self.file)}

    def wait(self, count: int = 1) -> list[int]:
        """Return when ``count`` requests stand still: the processes that they are in."""
        deadline = time.monotonic() + _PATIENCE
        while (held := self._site.log.read_text().count(f"event=held file={self.file}")) < count:
            assert time.monotonic() < deadline, f"{held} of {count} requests came this far"
            time.sleep(0.005)
        return [int(event["process"]) for event in self._site.events(event="held", file=self.file)]

    def release(self) -> None:
        """Let them go on, and those that come later pass."""
        self.file.touch()
