"""Real django-axes beside us: its counts of refused logins and its lock-out work."""

import subprocess
import sys
from importlib.util import find_spec

from .child import environment
from .leaving_out import leave_out


def test_its_counts_and_its_lock_out_work():
    if find_spec("axes") is None:
        leave_out("django-axes beside us. `make test` installs it.")

    answer = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--ds=tests.settings_axes", "tests/axes"),
        ],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout[-4000:]
