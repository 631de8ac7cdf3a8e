"""The programs of the example project, as `make` starts them."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from tests.child import environment
from tests.keys.test_whole_rotation import EXAMPLE, await_true, free_port, reachable


@contextmanager
def running(script, folder, **variables):
    """The process of a demonstration, and its address; it is stopped at the end."""
    port = free_port()
    log = folder / f"{Path(script).name}.{port}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, script],
            cwd=EXAMPLE,
            env=environment(inherit=False, PORT=str(port), **variables),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        await_true(lambda: reachable(port))
        yield SimpleNamespace(process=process, url=f"http://127.0.0.1:{port}", said=log.read_text)
    finally:
        process.kill()
        process.wait()
