"""A worker that was forked while another thread held a lock reads its keys like any other."""

import os
import subprocess
import sys

import pytest

from tests.child import environment

pytestmark = pytest.mark.skipif(
    not hasattr(os, "register_at_fork"), reason="no processes by fork here"
)

OURS = """
import os, signal; os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from drf_jwt_kit.keys import get_ring, sources
sources._reading.acquire()
if child := os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(20)  # or a worker that waits would never end
assert get_ring().signing
"""

FOR_A_REQUEST = """
import os, signal; os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from django.test import override_settings
from drf_jwt_kit.keys import by_request, get_ring
from tests.issuers.shop import keys
with override_settings(DRF_JWT_KIT={"KEYS": keys}):
    by_request._lock.acquire()
    if child := os.fork():
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    signal.alarm(20)
    assert get_ring().signing
"""

THEIRS = """
import os, signal; os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from django.test import override_settings
from drf_jwt_kit.resource_server import issuer
from tests.resource_server.issuer import SETTINGS, Network
issuer.fetch = Network().fetch
with override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": SETTINGS}):
    issuer.get_issuer_keys()._fetching.acquire()
    issuer.get_issuer_keys._making.acquire()
    if child := os.fork():
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    signal.alarm(20)
    assert issuer.get_issuer_keys()["one"]
"""

AT_JWK_URL = """
import os, signal; os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from django.test import override_settings
from drf_jwt_kit.keys import jwk_url
from tests.resource_server.issuer import SETTINGS, Network
jwk_url.fetch = Network().fetch
with override_settings(SIMPLE_JWT={"JWK_URL": SETTINGS["JWKS_URL"], "ALGORITHM": "ES256"}):
    jwk_url.get_published_keys()._fetching.acquire()
    jwk_url.get_published_keys._making.acquire()
    if child := os.fork():
        raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    signal.alarm(20)
    assert jwk_url.get_published_keys()["one"]
"""


@pytest.mark.parametrize(
    "worker",
    [OURS, FOR_A_REQUEST, THEIRS, AT_JWK_URL],
    ids=["ours", "for a request", "an issuer's", "at JWK_URL"],
)
def test_a_forked_worker_starts_with_locks_of_its_own(worker):
    run = subprocess.run(
        [sys.executable, "-c", worker],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stderr
