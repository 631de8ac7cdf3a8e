"""Eight threads of one process: none waits for another in the package."""

import json
import subprocess
import sys

import pytest

from tests.child import environment

from .many_threads import REQUESTS, THREADS

KEYS_OF_A_REQUEST = """
DRF_JWT_KIT = {"KEYS": lambda request: {"key": "of any host, " * 4, "algorithm": "HS256"}}
"""


@pytest.fixture(params=["", KEYS_OF_A_REQUEST], ids=["keys", "keys-of-a-request"])
def serve(request, tmp_path):
    """What eight threads were answered, and the locks of the package that they took."""
    (tmp_path / "threads_settings.py").write_text(
        "from tests.settings import *\n"
        "ROOT_URLCONF = 'tests.issuers.shop'\n"
        f"DATABASES = {{'default': {{**DATABASES['default'], 'NAME': {str(tmp_path / 'db')!r}}}}}\n"
        + request.param
    )

    def run(view):
        served = subprocess.run(
            [sys.executable, "-m", "tests.flows.many_threads", view],
            env=environment(tmp_path, DJANGO_SETTINGS_MODULE="threads_settings"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert served.returncode == 0, served.stderr
        return json.loads(served.stdout)

    return run


@pytest.mark.parametrize("view", ["secure", "stateless", "refresh"])
def test_no_request_takes_a_lock_of_the_package_but_the_first_with_a_token(serve, view):
    said = serve(view)

    assert said["answers"] == [200] * (THREADS + THREADS * REQUESTS)
    assert said["first"] != []
    assert said["then"] == []
