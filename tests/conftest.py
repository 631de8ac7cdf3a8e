"""The words that the specifications use: a user, a client, signing in, and a clock that we move."""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import feed, revocations

from .leaks import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator

# Specifications of other projects, which tests/test_other_projects.py runs under their settings.
_THEIRS = {
    "accounts": ["tests.settings_accounts"],
    "admin": ["tests.settings_admin", "tests.settings_admin_apart"],
    "revocation": ["tests.settings_admin"],
    "allauth": ["tests.settings_allauth"],
    "asynchronous": ["tests.settings_asynchronous"],
    "axes": ["tests.settings_axes"],
    "beside": ["tests.settings_beside"],
    "databases": ["tests.settings_two_databases"],
    "everything": ["tests.settings_everything"],
    "openapi": ["tests.settings_openapi"],
    "operations": ["tests.settings_operations"],
    "defaults": ["tests.settings_defaults"],
    "tenants": ["tests.settings_tenants"],
    "users": ["tests.settings_users", "tests.settings_users_naive"],
}
collect_ignore = [
    folder for folder, modules in _THEIRS.items() if settings.SETTINGS_MODULE not in modules
]
# Before a conftest below imports it, as one does where a run names its folder.
pytest.register_assert_rewrite("tests.servers.fixtures")


def pytest_configure(config: pytest.Config) -> None:
    """Bring the fixtures of real databases and served projects, which import this module; and
    what reads everything that is logged."""
    gc.set_threshold(100_000, 50, 100)  # a quarter of collecting was the search for garbage
    config.pluginmanager.register(Watching(), "leaks")
    config.pluginmanager.import_plugin("tests.servers.fixtures")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a third of the time goes into waiting for browsers,
    servers and databases."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make, and not among a million parts of themselves."""
    gc.freeze()


# What documents, catalogs, other libraries and made-up histories say of the code is the same on
# every version of Django; what killed, forked and neighbouring workers do, too.
_ONCE = (
    "architecture",
    "benchmarks",
    "browser",
    "client",
    "docs",
    "engines",
    "faults",
    "fuzz",
    "interop",
    "properties",
    "rendering",
    "servers",
    "vectors",
)
_ONCE_FILES = (
    "flows/test_demo_service.py",
    "flows/test_example_project.py",
    "flows/test_many_threads.py",
    "keys/test_forks.py",
    "keys/test_whole_rotation.py",
    "test_defaults.py",
    "test_envelopes.py",
    "test_logs.py",
    "test_translations.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what one row of the matrix is enough for, before ``-m`` chooses."""
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here)
        if place.parts[0] in _ONCE or place.as_posix() in _ONCE_FILES:
            item.add_marker(pytest.mark.once)
        if place.parts[0] == "browser":
            item.add_marker(pytest.mark.browser)
        if place.parts[0] == "moving" or place.as_posix() == "testing/test_plugin.py":
            item.add_marker(pytest.mark.projects)
    # The longest first, so that none of them is alone at the end.
    items.sort(key=lambda item: item.get_closest_marker("projects") is None)


PASSWORD = "correct horse battery staple"
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


@dataclass(frozen=True)
class SignedIn:
    """What a login answered."""

    access: str
    refresh: str

    @property
    def session(self) -> Session:
        return Session.objects.get(pk=claims_of(self.refresh)["sid"])


class Kit(APIClient):
    """A client that speaks to the endpoints in JSON."""

    def post_json(self, path: str, body: Any = None, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post(f"/api/token/{path}", body, format="json", headers=headers)

    def sign_in(self, user: Any, **headers: str) -> SignedIn:
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        answer = self.post_json("", body, **headers)
        assert answer.status_code == 200, answer.content
        return SignedIn(**answer.json())

    def refresh(self, refresh: str, **headers: str) -> Any:
        return self.post_json("refresh/", {"refresh": refresh}, **headers)

    def rotate(self, refresh: str) -> SignedIn:
        answer = self.refresh(refresh)
        assert answer.status_code == 200, answer.content
        return SignedIn(**answer.json())

    def refresh_for(self, refresh: str, scope: str) -> Any:
        answer = self.post_json("refresh/", {"refresh": refresh, "scope": scope})
        assert answer.status_code == 200, answer.content
        return answer.json()

    def logout(self, refresh: str) -> Any:
        return self.post_json("logout/", {"refresh": refresh})

    def verify(self, token: str) -> Any:
        return self.post_json("verify/", {"token": token})

    def get_with(self, access: str, path: str = "/api/secure/") -> Any:
        return self.get(path, headers={"Authorization": f"Bearer {access}"})

    def sessions(self, access: str) -> list[dict[str, Any]]:
        return self.get_with(access, "/api/token/sessions/").json()


def make_user(name: str) -> Any:
    model = get_user_model()
    if model.USERNAME_FIELD == "email":
        return model.objects.create_user(f"{name}@example.com", PASSWORD)
    return model.objects.create_user(name, f"{name}@example.com", PASSWORD)


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def forge(token: str, *, typ: str | None = None, **changes: Any) -> str:
    """``token`` signed once more by the project's own key, with other claims; None drops one."""
    header, key = jwt.get_unverified_header(token), get_ring().signing
    claims = {**claims_of(token), **changes}
    kept = {name: value for name, value in claims.items() if value is not Dropped}
    return jwt.PyJWS().encode(
        json.dumps(kept).encode(),
        key.signing_key,
        algorithm=key.algorithm,
        headers={"kid": key.kid, "typ": typ or header["typ"]},
    )


class Dropped:
    """Stands for a claim that is taken out."""


@pytest.fixture(autouse=True)
def _nobody_has_failed_yet() -> None:
    """The throttles are on, as in any project, and count what this test does."""
    cache.clear()


@pytest.fixture
def kit() -> Kit:
    return Kit()


@pytest.fixture
def user(db: None) -> Any:
    return make_user("ada")


@pytest.fixture
def other_user(db: None) -> Any:
    return make_user("grace")


@pytest.fixture
def signed_in(kit: Kit, user: Any) -> SignedIn:
    return kit.sign_in(user)


@pytest.fixture
def clock() -> Any:
    """Noon, until a test moves it."""
    with time_machine.travel(NOON.timestamp(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def past_leeway(clock: Any) -> Any:
    """Move the clock so far that a duplicate is no longer an honest one."""
    return lambda: clock.shift(timedelta(seconds=11))


class Stopwatch:
    """A monotonic clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def shift(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    """The clock by which the revocation feed tells the age of what it knows."""
    stopwatch = Stopwatch()
    monkeypatch.setattr(feed, "monotonic", stopwatch)
    monkeypatch.setattr(revocations, "monotonic", stopwatch)
    return stopwatch


@pytest.fixture
def new_process() -> Iterator[None]:
    """A process that has not asked yet what was revoked."""
    feed.forget()
    yield
    feed.forget()


@pytest.fixture
def queries() -> Any:
    """The queries of a block: ``with queries() as made: …``, then ``len(made)``."""

    @contextmanager
    def capture() -> Iterator[list[str]]:
        made: list[str] = []
        with CaptureQueriesContext(connection) as captured:
            yield made
        made.extend(
            query["sql"]
            for query in captured
            if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))  # of ATOMIC_REQUESTS
        )

    return capture


@pytest.fixture
def rows() -> Any:
    """Everything in the session table, to compare before and after."""
    return lambda: list(Session.objects.order_by("pk").values())


@pytest.fixture
def default_user_model() -> None:
    """For what needs a username and groups."""
    if settings.AUTH_USER_MODEL != "auth.User":
        pytest.skip("this project's users have no username")


@pytest.fixture
def calls_of(monkeypatch):
    """Count the calls of a function of a module or class from now on, by their first argument."""

    def watch(owner, name):
        made, original = [], getattr(owner, name)

        def watched(first, *args, **kwargs):
            made.append(first)
            return original(first, *args, **kwargs)

        monkeypatch.setattr(owner, name, watched)
        return made

    return watch


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project without Channels, whatever another test of this process has imported."""
    monkeypatch.delitem(sys.modules, "drf_jwt_kit.contrib.channels.tickets", raising=False)
