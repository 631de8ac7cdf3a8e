"""Real Channels beside us: who opens a socket, and that it is closed with its session."""

from importlib.util import find_spec

import pytest

from .child import specifications
from .leaving_out import leave_out

pytestmark = pytest.mark.projects


def test_a_socket_lives_as_long_as_its_session():
    if find_spec("channels") is None or find_spec("daphne") is None:
        leave_out("sockets of Channels. `make test` installs it.")

    answer = specifications("tests.settings_asynchronous", "tests/asynchronous/test_sockets.py")

    assert answer.returncode == 0, answer.stdout[-4000:]
