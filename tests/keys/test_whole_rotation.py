"""A whole rotation on the example project, in two processes that are never restarted.

Over HTTP, with a user who is logged in throughout; the keys are changed by command, as in
docs/how-to/rotate-keys.md. The waiting times are short here, and real.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path

import jwt
import pytest

from tests.child import environment

EXAMPLE = Path(__file__).resolve().parents[2] / "example_project"
WAIT = 0.2  # seconds: KEYS_RELOAD_INTERVAL and KEYS_PUBLISHED_AHEAD
PATIENCE = 30


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return free.getsockname()[1]


class Example:
    """The example project: its command, and the workers that serve it."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.variables = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEMO_DATABASE": str(folder / "db.sqlite3"),
            "DEMO_ROTATION_LEEWAY": "0",
            "DEMO_KEYS_WAIT": str(WAIT),
            "JWT_KEYS": str(folder / "keys"),
        }

    def manage(self, *words):
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=EXAMPLE,
            env=environment(inherit=False, **self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def keys(self, *words):
        return self.manage("jwtkit", "keys", *words)

    def state_of(self, kid):
        listed = json.loads((self.folder / "keys" / "keyring.json").read_text())["keys"]
        return next((key["state"] for key in listed if key["kid"] == kid), "gone")

    def serve(self):
        port = free_port()
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=EXAMPLE,
            env=environment(inherit=False, **self.variables),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.stack.callback(lambda: (worker.kill(), worker.wait()))
        await_true(lambda: reachable(port))
        return Worker(f"http://127.0.0.1:{port}/api")


class Worker:
    """One process that serves the project."""

    def __init__(self, address):
        self.address = address

    def ask(self, path, body=None, access=None):
        """``(status, JSON)``."""
        encoded = None if body is None else urllib.parse.urlencode(body).encode()
        headers = {} if access is None else {"Authorization": f"Bearer {access}"}
        request = urllib.request.Request(f"{self.address}{path}", encoded, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def log_in(self):
        _, tokens = self.ask("/token/", {"username": "alice", "password": "correct-horse-battery"})
        return tokens

    def refresh(self, tokens):
        status, following = self.ask("/token/refresh/", {"refresh": tokens["refresh"]})
        assert status == 200, following
        return following

    def accepts(self, tokens):
        return self.ask("/secure/", access=tokens["access"])[0] == 200


def reachable(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def await_true(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def kid_of(tokens):
    return jwt.get_unverified_header(tokens["access"])["kid"]


@pytest.fixture
def example(tmp_path):
    with ExitStack() as stack:
        example = Example(tmp_path, stack)
        example.keys("generate")
        example.manage("migrate", "--verbosity", "0")
        example.manage("make_demo_users", "--password", "correct-horse-battery")
        yield example


def test_a_whole_rotation_logs_nobody_out(example):
    one, two = example.serve(), example.serve()
    tokens = one.log_in()
    old = kid_of(tokens)

    example.keys("generate")  # next: published, and signs nothing
    time.sleep(WAIT)
    tokens = two.refresh(tokens)
    assert kid_of(tokens) == old
    assert one.accepts(tokens)
    assert two.accepts(tokens)

    assert "Sessions that need it: 1." in example.keys("rotate")
    await_true(lambda: kid_of(one.log_in()) != old)  # without a restart
    await_true(lambda: kid_of(two.log_in()) != old)
    before, tokens = tokens, one.refresh(tokens)
    assert kid_of(tokens) != old
    assert [worker.accepts(tokens) for worker in (one, two)] == [True, True]
    assert [worker.accepts(before) for worker in (one, two)] == [True, True]

    assert example.state_of(old) == "retiring"
    example.keys("remove", old, "--at-once")  # instead of waiting for an access lifetime
    assert example.state_of(old) == "gone"
    await_true(lambda: not one.accepts(before))
    await_true(lambda: not two.accepts(before))
    tokens = two.refresh(tokens)
    assert [worker.accepts(tokens) for worker in (one, two)] == [True, True]


def test_a_new_key_that_one_worker_signs_with_is_verified_by_one_that_has_not_read_on(example):
    """What makes it so is that the key was published before: both had read it as the next one."""
    example.variables["DEMO_KEYS_WAIT"] = str(PATIENCE)
    example.keys("generate")
    slow = example.serve()
    slow.log_in()  # it has read its keys, and keeps them for a while
    example.keys("rotate", "--at-once")
    example.variables["DEMO_KEYS_WAIT"] = str(WAIT)
    quick = example.serve()

    tokens = quick.log_in()

    assert example.state_of(kid_of(tokens)) == "signing"
    assert kid_of(slow.log_in()) != kid_of(tokens)
    assert slow.accepts(tokens)
