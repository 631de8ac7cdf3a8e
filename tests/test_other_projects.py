"""The same specifications under another project's settings; see tests/settings_accounts.py."""

import subprocess
import sys

WHERE = ["tests/accounts", "tests/flows", "tests/sessions", "tests/test_mixins.py"]


def test_all_holds_with_uuid_users_hidden_users_and_atomic_requests():
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    answer = subprocess.run(
        [*pytest, "--ds=tests.settings_accounts", *WHERE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout[-4000:]
