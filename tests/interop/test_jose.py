"""npm's jose takes our tokens from our published keys, and we take its."""

import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import override_settings

from drf_jwt_kit.jose.algorithms import ASYMMETRIC
from drf_jwt_kit.jose.jwk import PUBLIC_MEMBERS, thumbprint
from drf_jwt_kit.resource_server.authentication import verify
from tests.jose.test_algorithms import KEYS
from tests.npm import install

HERE = Path(__file__).parent
ISSUER, AUDIENCE = "https://login.example", "orders"


@pytest.fixture(scope="module")
def node():
    """Run a script of this folder: ``node("sign.mjs", {…})`` is what it answers."""
    install(HERE, "npm's jose against our tokens")

    def run(script, asked):
        answer = subprocess.run(
            ["node", script],  # noqa: S607
            cwd=HERE,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return run


@pytest.fixture(scope="module")
def theirs(node):
    """Their keys, and a token of theirs by each algorithm."""
    asked = {"issuer": ISSUER, "audience": AUDIENCE, "algorithms": ASYMMETRIC}
    return node("sign.mjs", asked)


def pem(algorithm):
    private = KEYS[algorithm]()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
class TestOurs:
    def test_is_taken_by_jose_and_named_alike(self, node, kit, live_server, user, algorithm):
        ours = {"KEYS": [{"key": pem(algorithm), "algorithm": algorithm}]}
        with override_settings(DRF_JWT_KIT={**ours, "ISSUER": ISSUER, "AUDIENCE": AUDIENCE}):
            signed_in = kit.sign_in(user)
            answer = node(
                "verify.mjs",
                {
                    "url": f"{live_server.url}/api/token/jwks/",
                    "issuer": ISSUER,
                    "audience": AUDIENCE,
                    "tokens": [signed_in.access, signed_in.refresh],
                },
            )

        access, refresh = answer["verdicts"]
        assert (access["payload"]["user_id"], access["header"]["alg"]) == (str(user.pk), algorithm)
        assert refresh == {"error": "ERR_JWT_CLAIM_VALIDATION_FAILED"}  # its typ is another
        assert answer["thumbprints"] == answer["kids"] == [access["header"]["kid"]]


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
class TestTheirs:
    @pytest.fixture(autouse=True)
    def _from_their_keys(self, theirs, monkeypatch):
        monkeypatch.setattr(
            "drf_jwt_kit.resource_server.issuer.fetch",
            lambda url, timeout: {"keys": theirs["keys"]},
        )
        server = {"JWKS_URL": "https://login.example/jwks", "ISSUER": ISSUER, "AUDIENCE": AUDIENCE}
        with override_settings(DRF_JWT_KIT={"RESOURCE_SERVER": {**server, "USER_ID_CLAIM": "sub"}}):
            yield

    def test_is_taken_by_us(self, theirs, algorithm):
        claims = verify(theirs["tokens"][algorithm])

        assert (claims["sub"], claims["scope"]) == (f"user of {algorithm}", "orders:read")

    def test_key_is_named_alike(self, theirs, algorithm):
        (key,) = [key for key in theirs["keys"] if key["alg"] == algorithm]

        members = {name: key[name] for name in PUBLIC_MEMBERS[key["kty"]]}
        assert thumbprint(members) == key["kid"]
