"""The project of this folder behind uvicorn, in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from tests.child import environment
from tests.servers.process import ends_with_its_parent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEW_PROJECT = """
import django
django.setup()
from django.core.management import call_command
from tests.conftest import make_user
call_command("migrate", verbosity=0)
make_user("ada")
"""


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port on which it serves a new project with the user ``ada``, until the block ends."""
    variables = {
        "DATABASE": str(folder / "db.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "tests.asynchronous.served",
    }
    subprocess.run([sys.executable, "-c", NEW_PROJECT], env=environment(**variables), check=True)
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    with listening as listener, (folder / "log").open("wb") as log:
        command = ["-m", "uvicorn", "tests.asynchronous.asgi:application", "--fd"]
        process = subprocess.Popen(
            [sys.executable, *command, str(listener.fileno())],
            env=environment(**variables),
            pass_fds=[listener.fileno()],
            preexec_fn=partial(ends_with_its_parent, 15),  # noqa: PLW1509
            stderr=log,
            stdout=log,
        )
        try:
            yield listener.getsockname()[1]  # who connects before it serves waits in the backlog
        finally:
            process.terminate()
            process.wait(timeout=30)
