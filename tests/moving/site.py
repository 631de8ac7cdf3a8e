"""A copy of a project of Simple JWT's, served before and after it has moved."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.child import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECTS = Path(__file__).parent / "projects"
PASSWORD = "correct horse battery staple"
_ENTRY = re.compile(
    r"^  (?P<file>\S+\.py)(?::(?P<line>\d+)|(?P<end>, at the end))\n"
    r"(?P<old>(?:    - .*\n)*)(?P<new>(?:    \+ .*\n)*)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    body: Any
    cookies: dict[str, str]


@dataclass
class Browser:
    """Speaks HTTP to one port. Keeps cookies if it is asked to."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, access: str = "") -> Answer:
        return self.send("GET", path, None, access)

    def post(self, path: str, body: Any = None, access: str = "") -> Answer:
        return self.send("POST", path, body, access)

    def send(self, method: str, path: str, body: Any, access: str) -> Answer:
        headers = {"Content-Type": "application/json"}
        if access:
            headers["Authorization"] = f"Bearer {access}"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        set_now = SimpleCookie()
        for line in response.msg.get_all("Set-Cookie", []):
            set_now.load(line)
        cookies = {name: morsel.value for name, morsel in set_now.items()}
        return Answer(
            response.status, json.loads(text) if text[:1] in "{[" and text else text, cookies
        )


class Site:
    """A project in a folder of its own, on one database file."""

    def __init__(self, layout: str, settings: str, folder: Path, **variables: str) -> None:
        self.folder, self.settings = folder / "project", settings
        shutil.copytree(PROJECTS / layout, self.folder)
        self.database = folder / "site.sqlite3"
        self.variables = {
            "DJANGO_SETTINGS_MODULE": settings,
            "DATABASE": str(self.database),
            **variables,
        }
        self.port = 0
        self.logins: dict[str, Answer] = {}
        self.before = ""
        """What ``jwtkit migrate`` printed before the move."""

    def manage(self, *words: str) -> str:
        """What ``manage.py`` and these words print."""
        done = subprocess.run(
            [sys.executable, "-m", "django", *words],
            cwd=self.folder,
            env=environment(self.folder, **self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def served(self, script: str = "pass") -> Iterator[Browser]:
        """A browser of this project, migrated, while it is served."""
        words = [sys.executable, "-m", "tests.moving.serve", script]
        with subprocess.Popen(
            words,
            cwd=self.folder,
            env=environment(self.folder, **self.variables),
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                self.port = int(server.stdout.readline())
                yield Browser(self.port)
            finally:
                server.terminate()

    def let_time_pass(self) -> None:
        """Move all refreshes so far back that the next ones are no duplicates."""
        earlier = "strftime('%Y-%m-%d %H:%M:%f', rotated_at, '-11 seconds')"
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute(f"UPDATE drf_jwt_kit_session SET rotated_at = {earlier}")  # noqa: S608

    def install(self) -> None:
        """The one line that has to be there before anything can be asked."""
        self.append(f"{self.settings.replace('.', '/')}.py", 'INSTALLED_APPS += ["drf_jwt_kit"]')

    def append(self, file: str, *lines: str) -> None:
        path = self.folder / file
        path.write_text("\n".join([path.read_text(), *lines, ""]))

    def report(self) -> str:
        """What ``jwtkit migrate`` prints."""
        return self.manage("jwtkit", "migrate", "--from", "simplejwt")

    def follow(self, report: str) -> None:
        """Write what the report prints, and nothing else: the lower lines of a file first."""
        entries = [*_ENTRY.finditer(report)]
        entries.sort(key=lambda one: -int(one["line"] or 10**6))
        for one in entries:
            new = [line[6:] for line in one["new"].splitlines()]
            if one["end"]:
                self.append(one["file"], *new)
            elif one["old"] or new:
                self._write(self.folder / one["file"], int(one["line"]), one["old"][6:-1], new)

    def _write(self, path: Path, line: int, old: str, new: list[str]) -> None:
        text = path.read_text()
        lines = text.split("\n")
        last = max(
            (node.end_lineno for node in ast.walk(ast.parse(text)) if is_statement_at(node, line)),
            default=line,
        )
        indent = re.match(" *", lines[line - 1])[0]
        if not old:  # after what is there
            lines[last:last] = [indent + one for one in new]
        elif old.startswith(("from ", "import ")):
            lines[line - 1 : last] = [indent + one for one in new]
        else:
            lines[line - 1] = lines[line - 1].replace(old, *new)
        path.write_text("\n".join(lines))


def is_statement_at(node: ast.AST, line: int) -> bool:
    return isinstance(node, ast.stmt) and node.lineno == line


@contextmanager
def moved(site: Site, log_in: Any, *, script: str = "pass") -> Iterator[Site]:
    """The site after its move, with what ``log_in(browser)`` answered before it.

    ``script`` makes the users.
    """
    with site.served(script) as browser:
        site.logins = log_in(browser)
    site.install()
    site.before = site.report()
    site.follow(site.before)
    with site.served():
        yield site
