"""A ``python`` that has imported its libraries before anybody asks for it.

Most of what the commands of a page cost was the same imports, again and again. A script is run
here by a copy of a process that has made them, with the folder, the variables, the streams, the
exit status and the signals of a process of its own. What depends on the settings of a project is
imported in the copy.

server.py     imports, and copies itself for each script
client.py     what the shell starts in its place, and ends with it
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache, partial
from pathlib import Path

from tests.child import environment
from tests.servers.process import ends_with_its_parent

_HERE = Path(__file__).parent
_PYTHON = """\
#!/bin/sh
case "$1" in
*.py) exec "{python}" -IS "{client}" "{folder}" "$@" ;;
esac
exec "{python}" "$@"
"""


def _is_possible() -> bool:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):  # another system than Linux, or a Linux before 5.3
        return False
    return True


POSSIBLE = _is_possible()


@cache
def folder(**variables: str) -> Path | None:
    """For the beginning of PATH, until this process ends; None where the system lacks something.

    ``variables`` are those that Python itself reads at its start.
    """
    if not POSSIBLE:
        return None
    made = Path(tempfile.mkdtemp(prefix="python-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    opened = os.open(made, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        # By descriptor: the path of a socket has 107 characters at most.
        listener.bind(f"/proc/self/fd/{opened}/socket")
        os.close(opened)
        listener.listen(64)
        server = subprocess.Popen(
            [sys.executable, _HERE / "server.py", str(listener.fileno())],
            env=environment(inherit=False, **variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # no terminal, whoever asks for these tests
            pass_fds=[listener.fileno()],
            start_new_session=True,  # or Ctrl-C ends it before those who wait for it
            preexec_fn=partial(ends_with_its_parent, signal.SIGKILL),  # noqa: PLW1509
        )
    atexit.register(server.wait)
    atexit.register(server.kill)
    python = made / "python"
    python.write_text(
        _PYTHON.format(python=sys.executable, client=_HERE / "client.py", folder=made)
    )
    python.chmod(0o755)
    return made
