"""Runs what a page of documentation shows, block by block, as a reader with a terminal would.

These kinds of block exist, and each must be one of them:

    python     a file, named by the comment in its first line; ``, at the end`` appends to it
    html       a template, named in the same way
    ts, tsx, jsx   a file of a front end, named in the same way; tests/front_ends builds all of them
    js         a module among the project's static files, named in the same way. It is run at once,
               by node as the browser of a reader who is at http://127.0.0.1:8000/ (browser.mjs says
               how), with what its ``import`` names fetched from there, or taken from npm. What it
               logs is shown in comments that begin with ``prints:``, in this order
    console    commands after ``$``, and what they print; ``…`` stands for anything

Where there is no node, a page is followed up to its first js block, and the rest is left out.

A page has one project, one shell and one server. All of it runs as it is written, except:

    python -m venv, activate    not needed: the environment of this test run is on PATH
    python3 -m pip install ../drf-jwt-kit     it is installed there already, from the checkout
                                or its wheel
    npm install axios ky        the versions of npm/package.json beside this file
    startproject                also sets a quick password hasher
    runserver                   in the background, on a free port in place of 8000
    NAME.py runserver 8001      the same for a second service, on another one
    NAME=…                      the last ``name`` that was answered, which a reader would paste
    sleep N                     moves rotations and logins N seconds into the past instead
    revoke --all                ends with its second, in which nobody who reads can log in
    make TARGET                 only asks whether there is such a target
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.child import environment
from tests.leaving_out import leave_out
from tests.npm import install

from . import warm

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
README = "README.md"
FROM_AN_EMPTY_FOLDER = "docs/tutorial/first-login.md"
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for page in (ROOT / README, ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md"))
    if "decisions" not in page.parts  # what was thought on a day, not instructions
)

_BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_ASTRAY = re.compile(r"^(?: {4}|\t|\s*```|\s*~~~).*", re.MULTILINE)
_FILE = re.compile(r"(?:# |// |<!-- )([\w/.-]+\.(?:py|[jt]sx?|mjs|html))(, at the end)?(?: -->)?\n")
_PRINTS = re.compile(r"^\s*// prints: (.*)$", re.MULTILINE)
_DOCUMENTED, _DOCUMENTED_SECOND = "127.0.0.1:8000", "127.0.0.1:8001"
_BROWSER = Path(__file__).parent / "browser.mjs"
_OTHERWISE = Path(__file__).parent / "bin"
_DONE = "--- exit status "
_PATIENCE = 300  # seconds, for one command: it only ends what hangs, and machines may be busy
_NO_MORE_NEEDED = {
    "python3 -m venv .venv": "true",
    ". .venv/bin/activate": "true",
    "python3 -m pip install ../drf-jwt-kit": "python -c 'import drf_jwt_kit'",
    'python3 -m pip install "../drf-jwt-kit[openapi]"': "python -c 'import drf_spectacular'",
    'python3 -m pip install "../drf-jwt-kit[otel]"': "python -c 'import opentelemetry.metrics'",
    "pip install python-json-logger": "python -c 'import pythonjsonlogger'",
    "pip install sentry-sdk": "python -c 'import sentry_sdk'",
    "pip install django-otp": "python -c 'import django_otp'",
    "pip install django-allauth[headless]": "python -c 'import allauth.headless'",
}
_QUICK = '\nPASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n'


@dataclass(frozen=True)
class Block:
    """A fenced block and the number of its first line."""

    line: int
    language: str
    text: str


def blocks_of(markdown: str) -> list[Block]:
    """All blocks of code. Raises AssertionError for one that is not plainly fenced."""
    found = list(_BLOCK.finditer(markdown))
    astray = _ASTRAY.search(_BLOCK.sub("", markdown))
    assert astray is None, f"code that is indented, or a fence without its fellow: {astray}"
    return [Block(markdown.count("\n", 0, match.start()) + 1, *match.groups()) for match in found]


def commands_of(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, with what is shown beneath it."""
    before, *parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not before, f"a console block starts with a command, not with {before!r}"
    for part in parts:
        command = re.match(r"(?:.*\\\n)*.*\n", part)[0]
        yield command.strip(), part.removeprefix(command).strip("\n")


def matches(shown: str, printed: str) -> bool:
    """Whether ``printed`` is what is shown; ``…`` alone in a line stands for any lines."""
    lines = [r"[\s\S]*" if line == "…" else re.escape(line) for line in shown.split("\n")]
    return re.fullmatch("\n".join(lines).replace("…", r"[^\n]*"), printed) is not None


def _free_addresses() -> tuple[str, str]:
    """Two addresses on this machine that nobody serves on."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as one,
        closing(socket.create_server(("127.0.0.1", 0))) as other,
    ):
        first, second = (f"127.0.0.1:{free.getsockname()[1]}" for free in (one, other))
    return first, second


class Reader:
    """Somebody who works through a page, in ``folder``."""

    def __init__(self, folder: Path, *, serving: bool = False) -> None:
        self.folder = folder
        self.answered: dict[str, str] = {}
        self.serving = self.outdated = serving
        self.host, self.second = _free_addresses()
        python = {
            "PYTHONDONTWRITEBYTECODE": "1",  # or an edit within the same second is not seen
            "PYTHONUTF8": "1",
        }
        path = [warm.folder(**python), Path(sys.executable).parent, os.environ["PATH"], _OTHERWISE]
        variables = {**python, "PATH": os.pathsep.join(map(str, filter(None, path)))}
        self.shell = subprocess.Popen(
            ["/bin/sh"],
            cwd=folder,
            env=environment(inherit=False, **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        # Where this process is killed, its input ends, and with it all that it has started.
        self.ask_shell("trap 'kill 0' EXIT")

    def close(self) -> None:
        """End the shell and its server."""
        with suppress(ProcessLookupError, PermissionError):  # macOS: the latter, where all ended
            os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.communicate()

    def work_through(self, markdown: str) -> None:
        """Do what every block says. Raises AssertionError at the first that does not hold."""
        for block in blocks_of(markdown):
            follow = {
                "python": self.write_file,
                "html": self.write_file,
                **dict.fromkeys(("ts", "tsx", "jsx"), self.write_file),
                "js": self.run_in_browser,
                "console": self.type_commands,
            }.get(block.language)
            assert follow, f"line {block.line}: nobody runs a {block.language!r} block"
            try:
                follow(block.text)
            except AssertionError as error:
                raise AssertionError(f"line {block.line}: {error}") from None

    def write_file(self, text: str) -> None:
        """Write the file that the first line names, or append to it."""
        named = _FILE.match(text)
        assert named, "a block of code starts with a comment that names its file"
        path, at_the_end = self.folder / named[1], bool(named[2])
        path.parent.mkdir(parents=True, exist_ok=True)
        assert path.exists() or not at_the_end, f"{named[1]} is not there to be appended to"
        with path.open("a" if at_the_end else "w", encoding="utf-8") as file:
            file.write(self.as_it_is_here(text))
        # A script of its own is not served; templates and static files are read each time.
        self.outdated = self.outdated or ("/" in named[1] and named[1].endswith(".py"))

    def run_in_browser(self, text: str) -> None:
        """Write a module and run it; it must end well, and log what its comments show."""
        assert self.serving, "nobody serves the page that a js block runs on"
        if not shutil.which("node"):
            leave_out("snippets that run in a browser, and what follows them. Install node 20.")
        self.write_file(text)
        if self.outdated:
            self.serve()
        _, static, address = _FILE.match(text)[1].partition("static/")
        assert static, "a js block is a file among the static ones"
        page = f"http://{_DOCUMENTED}/"
        command = (
            f"node --experimental-vm-modules --no-warnings {_BROWSER} {page} /static/{address}"
        )
        printed, status = self.ask_shell(self.as_it_is_here(command))
        assert status == 0, f"{address}\n{printed}\nfailed with {status}"
        shown = "\n".join(_PRINTS.findall(text))
        assert matches(shown, printed), f"{address} logs\n{printed}\n\nshown is\n{shown}"

    def type_commands(self, text: str) -> None:
        """Type each command and compare what it prints; where nothing is shown, it must succeed."""
        for command, shown in commands_of(text):
            printed, status = self.type(command)
            if shown:
                assert matches(shown, printed), f"$ {command}\n{printed}\n\nshown is\n{shown}"
            else:
                assert status == 0, f"$ {command}\n{printed}\nfailed with {status}"

    def type(self, command: str) -> tuple[str, int]:
        """What ``command`` prints, and its exit status. The exceptions are listed above."""
        if command == "python manage.py runserver":
            return self.serve()
        if second := re.fullmatch(r"python (\w+\.py) runserver 8001", command):
            return self.serve_second(second[1])
        if command == "npm install axios ky":
            install(Path(__file__).parent / "npm", "snippets with axios and ky")
            return "", 0
        if target := re.fullmatch(r"make ([\w-]+)", command):
            return "", f"\n{target[1]}: " not in (ROOT / "Makefile").read_text(encoding="utf-8")
        if seconds := re.fullmatch(r"sleep (\d+)", command):
            return self.move_rotations(seconds[1])
        if pasted := re.fullmatch(r"(\w+)=…", command):
            assert pasted[1].lower() in self.answered, f"nothing was answered for {command}"
            command = f"{pasted[1]}='{self.answered[pasted[1].lower()]}'"
        if self.serving and self.outdated and _DOCUMENTED in command:
            self.serve()  # which the server would notice by itself within a second
        command = _NO_MORE_NEEDED.get(command, command)
        printed, status = self.ask_shell(self.as_it_is_here(command))
        if command.startswith("django-admin startproject"):
            (settings,) = self.folder.glob("*/settings.py")
            settings.write_text(settings.read_text(encoding="utf-8") + _QUICK, encoding="utf-8")
        if "revoke --all" in command:
            time.sleep(1 - time.time() % 1)
        self.answered.update(re.findall(r'"(\w+)": ?"([^"]+)"', printed))
        printed = printed.replace(self.host, _DOCUMENTED)
        return printed.replace(self.second, _DOCUMENTED_SECOND), status

    def as_it_is_here(self, text: str) -> str:
        """``text`` with the addresses at which the servers really are."""
        return text.replace(_DOCUMENTED, self.host).replace(_DOCUMENTED_SECOND, self.second)

    def ask_shell(self, command: str) -> tuple[str, int]:
        """Give the shell one command and wait for it."""
        self.shell.stdin.write(f"{command}\nprintf '\\n{_DONE}%s\\n' $?\n")
        self.shell.stdin.flush()
        watchdog = threading.Timer(_PATIENCE, os.killpg, (self.shell.pid, signal.SIGKILL))
        watchdog.start()
        printed = ""
        try:
            while f"\n{_DONE}" not in printed:
                line = self.shell.stdout.readline()
                assert line, f"$ {command}\n{printed}\nended the shell, or took too long"
                printed += line
        finally:
            watchdog.cancel()
            watchdog.join()
        printed, _, status = printed.replace("\r\n", "\n").rpartition(_DONE)
        return printed.strip("\n"), int(status)

    def serve(self) -> tuple[str, int]:
        """Start the server, in place of the one that runs."""
        self.ask_shell('[ -z "$SERVER" ] || { kill $SERVER; wait $SERVER; }')
        serve = f"python manage.py runserver --noreload {self.host}"
        self.ask_shell(f"{serve} >server.log 2>&1 & SERVER=$!")
        self.serving, self.outdated = True, False
        return self.wait_for(self.host, "cat server.log; kill -0 $SERVER")

    def serve_second(self, script: str) -> tuple[str, int]:
        """Start the service that a page has written beside the project."""
        serve = f"python {script} runserver --noreload {self.second}"
        self.ask_shell(f"{serve} >second.log 2>&1 & SECOND=$!")
        return self.wait_for(self.second, "cat second.log; kill -0 $SECOND")

    def wait_for(self, address: str, look: str) -> tuple[str, int]:
        """Wait until a server answers there; ``look`` shows its log and fails once it is dead."""
        host, port = address.split(":")
        while True:
            try:
                with socket.create_connection((host, int(port))) as made:
                    # A free port can be given to whoever asks for it: it has then met itself.
                    if made.getsockname() == made.getpeername():
                        raise ConnectionRefusedError
            except OSError:
                log, dead = self.ask_shell(look)
                assert not dead, f"the server does not run:\n{log}"
                time.sleep(0.05)
            else:
                return "", 0

    def move_rotations(self, seconds: str) -> tuple[str, int]:
        """Make all rotations of refresh tokens, and all logins, happen earlier."""
        moved = ("rotated_at", "auth_time")
        earlier = [
            f"{one} = strftime('%Y-%m-%d %H:%M:%f', {one}, '-{seconds} seconds')" for one in moved
        ]
        with closing(sqlite3.connect(self.folder / "db.sqlite3")) as database, database:
            database.execute(f"UPDATE drf_jwt_kit_session SET {', '.join(earlier)}")  # noqa: S608
        return "", 0
