"""Do what the README says with the built wheel, in an empty project, over real HTTP.

Takes the wheel and the sdist that lie in dist/ and stops at the first wrong answer. What is
tried here and nowhere else: the files of the archives, and the two lines in a project that
has nothing of this checkout in reach.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "drf_jwt_kit"
USER = {"username": "ada", "password": "correct horse battery staple"}

TWO_LINES = {
    "settings.py": 'INSTALLED_APPS += ["rest_framework", "drf_jwt_kit"]\n',
    "urls.py": (
        "from django.urls import include\n\n"
        "from shop.views import SecureView\n\n"
        'urlpatterns += [path("api/token/", include("drf_jwt_kit.urls"))]\n'
        'urlpatterns += [path("api/secure/", SecureView.as_view())]\n'
    ),
}
SECURE_VIEW = """\
from drf_jwt_kit.mixins import SecureViewMixin
from rest_framework.response import Response
from rest_framework.views import APIView


class SecureView(SecureViewMixin, APIView):
    def get(self, request):
        return Response({"message": "You are authenticated!"})
"""


class TrialError(Exception):
    """Something is not as the README says."""


def main() -> None:
    """Look into both archives, then use the wheel."""
    wheel, sdist = the_one("*.whl"), the_one("*.tar.gz")
    inspect_archives(wheel, sdist)
    with tempfile.TemporaryDirectory(prefix="drf-jwt-kit-") as folder:
        project = start_project(Path(folder), wheel)
        project.manage("check", "--fail-level", "WARNING")
        project.manage("makemigrations", "--check", "--dry-run")
        with serve(project) as site:
            before_migrate(site)
            project.manage("migrate", "--verbosity", "0")
            project.manage("shell", "--command", create_user())
            journey(site)
    print(f"{wheel.name}: the journey of the README works in an empty project.")


def the_one(pattern: str) -> Path:
    """The only such file in dist/: with two, nobody would know which was tried."""
    found = sorted((ROOT / "dist").glob(pattern))
    if len(found) != 1:
        raise TrialError(f"dist/ must hold one {pattern}, not {len(found)}; run `make wheel`.")
    return found[0]


def inspect_archives(wheel: Path, sdist: Path) -> None:
    """Everything of the package and nothing of its tests is in both archives."""
    with zipfile.ZipFile(wheel) as zipped:
        in_wheel = set(zipped.namelist())
    with tarfile.open(sdist) as tarred:
        # Each name starts with drf_jwt_kit-VERSION/.
        in_sdist = {name.partition("/")[2] for name in tarred.getnames()}

    in_checkout = {
        file.relative_to(PACKAGE.parent).as_posix()
        for file in PACKAGE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.name[0] != "."
    }
    for kind, name in {
        "a typing marker": "drf_jwt_kit/py.typed",
        "a first migration": "drf_jwt_kit/migrations/0001_initial.py",
        "a client for browsers": "drf_jwt_kit/static/drf_jwt_kit/client.js",
        "its declarations": "drf_jwt_kit/static/drf_jwt_kit/client.d.ts",
        "the admin's style": "drf_jwt_kit/static/drf_jwt_kit/admin.css",
    }.items():
        expect(name in in_checkout, f"the package has {kind}, {name}")
    expect(
        any(name.endswith("LC_MESSAGES/django.mo") for name in in_checkout),
        "the package has compiled translations",
    )
    lost = sorted(in_checkout - in_wheel)
    expect(not lost, f"the wheel holds the whole package; missing: {lost}")
    lost = sorted({f"src/{name}" for name in in_checkout} - in_sdist)
    expect(not lost, f"the sdist holds the whole package; missing: {lost}")
    tests = sorted(n for n in in_wheel if {"tests", "conftest.py"} & set(n.split("/")))
    expect(not tests, f"the wheel holds no tests; found: {tests[:3]}")
    for needed in ("Makefile", "tox.ini", "tests/conftest.py", ".ci/bootstrap.py"):
        expect(needed in in_sdist, f"the sdist holds {needed}, to run the tests with")
    installed = sorted(n for n in in_sdist if "node_modules" in n)
    expect(not installed, f"the sdist holds nothing that was installed; found: {installed[:3]}")


@dataclass(frozen=True)
class Project:
    """A new Django project, and the Python that has the wheel."""

    folder: Path
    python: Path

    def manage(self, *arguments: str) -> None:
        """Run a management command, which must end with 0."""
        run([str(self.python), "manage.py", *arguments], cwd=self.folder)


def start_project(folder: Path, wheel: Path) -> Project:
    """``startproject``, the two lines and one view."""
    environment = folder / "venv"
    python = environment / "bin" / "python"
    run([sys.executable, "-m", "venv", "--without-pip", str(environment)], cwd=folder)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()  # pip asks a hash of everything
    constraints = ["--constraint", str(ROOT / ".ci" / "constraints.txt")]
    run([*pip, *constraints, f"{wheel.resolve().as_uri()}#sha256={digest}"], cwd=folder)
    run([str(python), "-m", "django", "startproject", "shop"], cwd=folder)
    project = folder / "shop"
    for name, lines in TWO_LINES.items():
        with (project / "shop" / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{lines}")
    (project / "shop" / "views.py").write_text(SECURE_VIEW, encoding="utf-8")
    return Project(folder=project, python=python)


def create_user() -> str:
    """The one line of Python that makes our user."""
    return f"from django.contrib.auth.models import User; User.objects.create_user(**{USER!r})"


def run(command: list[str], *, cwd: Path) -> None:
    """Run a program that must succeed; show what it said if it does not."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=surroundings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise TrialError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")


def surroundings() -> dict[str, str]:
    """This environment without what would let the project find the checkout or its settings."""
    unwanted = ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    return {key: value for key, value in os.environ.items() if key not in unwanted}


@dataclass(frozen=True)
class Answer:
    """What came back, parsed."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Site:
    """The served project."""

    address: str

    def get(self, path: str, access: str | None = None) -> Answer:
        """GET, with a token if there is one."""
        headers = {} if access is None else {"Authorization": f"Bearer {access}"}
        return self._open(urllib.request.Request(f"{self.address}{path}", headers=headers))

    def post(self, path: str, body: dict[str, str]) -> Answer:
        """POST a JSON object."""
        headers = {"Content-Type": "application/json"}
        data = json.dumps(body).encode()
        return self._open(urllib.request.Request(f"{self.address}{path}", data, headers))

    def _open(self, request: urllib.request.Request) -> Answer:
        # Without proxies: the request goes to this machine, whatever the shell is set up for.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as response:
                return self._read(request, response)
        except urllib.error.HTTPError as error:
            with error:
                return self._read(request, error)

    def _read(self, request: urllib.request.Request, response: Any) -> Answer:
        text = response.read().decode("utf-8", "replace")
        what = f"{request.get_method()} {request.selector}"
        kind = response.headers.get_content_type()
        expect(
            kind == "application/json",
            f"{what} answers JSON; it answered {response.status} {kind}: {text[:300]}",
        )
        headers = {key.lower(): value for key, value in response.headers.items()}
        return Answer(status=response.status, body=json.loads(text), headers=headers)


@contextmanager
def serve(project: Project) -> Iterator[Site]:
    """``runserver`` on a free port of this machine, for as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    log = project.folder / "server.log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [str(project.python), "manage.py", "runserver", "--noreload", address],
            cwd=project.folder,
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(address, server)
        yield Site(f"http://{address}")
    except Exception:
        print(f"The server said:\n{log.read_text(encoding='utf-8')}", file=sys.stderr)
        raise
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return once somebody listens; give up when the server has, or after a minute."""
    host, port = address.split(":")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise TrialError(f"runserver ended with {server.returncode}.")
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.1)
    raise TrialError("runserver did not listen within a minute.")


def before_migrate(site: Site) -> None:
    """A forgotten ``migrate`` is an outage that says so, not a crash."""
    answer = site.post("/api/token/", USER)
    expect_status(answer, 503, "a login before `migrate`")


def journey(site: Site) -> None:
    """Log in, look, refresh, repeat, log out."""
    answer = site.get("/api/secure/")
    expect_status(answer, 401, "the secure view without a token")
    challenge = answer.headers.get("www-authenticate", "")
    expect(challenge.startswith("Bearer"), f"a 401 asks for a Bearer token; it asked: {challenge}")

    expect_status(site.post("/api/token/", USER | {"password": "wrong"}), 401, "a wrong password")

    login = site.post("/api/token/", USER)
    expect_status(login, 200, "a login")
    expect(set(login.body) == {"access", "refresh"}, f"a login answers a pair: {list(login.body)}")

    answer = site.get("/api/secure/", login.body["access"])
    expect_status(answer, 200, "the secure view with a token")
    message = {"message": "You are authenticated!"}
    expect(answer.body == message, f"the secure view answers its message: {answer.body}")

    used = {"refresh": login.body["refresh"]}
    refreshed = site.post("/api/token/refresh/", used)
    expect_status(refreshed, 200, "a refresh")
    expect(refreshed.body["refresh"] != used["refresh"], "a refresh hands out a new refresh token")
    expect_status(
        site.get("/api/secure/", refreshed.body["access"]), 200, "the refreshed access token"
    )
    expect_status(
        site.post("/api/token/refresh/", used), 200, "the same refresh again within the leeway"
    )

    current = {"refresh": refreshed.body["refresh"]}
    expect_status(site.post("/api/token/logout/", current), 200, "a logout")
    expect_status(
        site.get("/api/secure/", refreshed.body["access"]), 401, "an access token after logout"
    )
    expect_status(site.post("/api/token/refresh/", current), 401, "a refresh token after logout")


def expect_status(answer: Answer, status: int, what: str) -> None:
    """``what`` must have been answered with ``status``."""
    # Tokens of this project die with it, yet a log is no place for one.
    said = {key: value for key, value in answer.body.items() if key not in {"access", "refresh"}}
    expect(answer.status == status, f"{what} answers {status}; it answered {answer.status} {said}")


def expect(holds: bool, claim: str) -> None:
    """``claim`` must hold."""
    if not holds:
        raise TrialError(f"Not so: {claim}")


if __name__ == "__main__":
    try:
        main()
    except TrialError as wrong:
        sys.exit(f"{wrong}")
