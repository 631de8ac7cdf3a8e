"""Real Channels beside us: who opens a socket, and that it is closed with its session."""

import pytest

from .child import specifications
from .leaving_out import need

pytestmark = pytest.mark.projects


def test_a_socket_lives_as_long_as_its_session():
    need({"channels": "channels", "daphne": "daphne"})

    answer = specifications("tests.settings_asynchronous", "tests/asynchronous/test_sockets.py")

    assert answer.returncode == 0, answer.stdout[-4000:]
