"""Real Channels beside us: who opens a socket, and that it is closed with its session."""

import subprocess
import sys

import pytest

from .child import environment, specifications
from .leaving_out import need

pytestmark = pytest.mark.projects


def test_a_socket_lives_as_long_as_its_session():
    need({"channels": "channels", "daphne": "daphne"})

    answer = specifications("tests.settings_asynchronous", "tests/asynchronous/test_sockets.py")

    assert answer.returncode == 0, answer.stdout[-4000:]


def test_a_project_that_gives_tickets_is_told_that_its_cache_is_not_shared():
    need({"channels": "channels", "daphne": "daphne", "adrf": "adrf"})

    answer = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy"],
        env=environment(DJANGO_SETTINGS_MODULE="tests.settings_asynchronous"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "(drf_jwt_kit.W136) The default cache is " in answer.stderr
