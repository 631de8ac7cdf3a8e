"""A resource server needs no users, no database and no Simple JWT: see bare.py."""

import json
import subprocess
import sys
from functools import cache

import pytest

from tests.child import ROOT, environment


@cache
def facts(*options):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.resource_server.bare", *options],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_it_knows_the_bearer_of_a_token():
    assert facts()["with a token"] == '{"user":"7"}'


def test_it_demands_a_scope():
    assert facts()["without the scope"] == 403


def test_it_challenges_whoever_has_no_token():
    assert facts()["without a token"] == [401, 'Bearer realm="api"']


def test_it_lets_nobody_into_an_open_view():
    assert facts()["open view"] == 200


def test_its_checks_are_silent():
    assert facts()["checks"] == []


@pytest.mark.parametrize(
    "module",
    [
        "rest_framework_simplejwt",
        "django.contrib.auth.models",
        "django.contrib.contenttypes",
        "django.db.backends.sqlite3",
        "drf_jwt_kit.authentication",
        "drf_jwt_kit.models",
        "drf_jwt_kit.sessions",
        "drf_jwt_kit.tokens",
    ],
)
def test_a_resource_server_imports_none_of_it(module):
    imported = facts()["imported"]

    assert "drf_jwt_kit.resource_server.authentication" in imported
    assert [name for name in imported if name.startswith(module)] == []


def test_drf_spectacular_describes_its_scheme():
    pytest.importorskip("drf_spectacular", reason="the extra `openapi` is not installed")

    assert facts()["schema"] == {
        "jwtAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }


class TestWithRestFrameworksAnonymousUser:
    def test_a_check_names_the_cure(self):
        assert facts("--as-it-comes")["checks"] == ["drf_jwt_kit.E041"]

    def test_the_first_request_names_the_cure(self):
        assert facts("--as-it-comes")["error"] == (
            "django.contrib.auth is not installed, but REST Framework gives its AnonymousUser to "
            "requests without a token, so they fail. Write into the dict REST_FRAMEWORK of the "
            'settings: "UNAUTHENTICATED_USER": None'
        )
