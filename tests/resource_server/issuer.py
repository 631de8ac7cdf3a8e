"""An issuer for tests: its keys, its tokens, and a network that counts what is fetched."""

import time
from dataclasses import dataclass, field

import jwt

from drf_jwt_kit.jose.fetch import FetchFailed
from drf_jwt_kit.keys import Key
from tests.keys.material import private_key

URL, ISSUER, AUDIENCE = "https://login.example/jwks", "https://login.example", "orders"
SETTINGS = {"JWKS_URL": URL, "ISSUER": ISSUER, "AUDIENCE": AUDIENCE}


def key(name="ES256", kid="one"):
    private, algorithm = private_key(name), name.removeprefix("a second ")
    return Key(
        kid=kid, algorithm=algorithm, signing_key=private, verifying_key=private.public_key()
    )


def token(signing=None, *, typ="at+jwt", header=None, **claims):
    """A good access token, but for what is said."""
    signing = signing or key()
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "exp": now + 300, "iat": now, "user_id": "7"}
    chosen = {name: value for name, value in {**good, **claims}.items() if value is not None}
    headers = {"kid": signing.kid, "typ": typ, **(header or {})}
    return jwt.encode(chosen, signing.signing_key, algorithm=signing.algorithm, headers=headers)


@dataclass
class Network:
    """Stands for ``fetch``: what is published, whether the issuer is down, and how often."""

    keys: list = field(default_factory=lambda: [key()])
    down: bool = False
    fetches: int = 0

    def fetch(self, url, timeout):
        self.fetches += 1
        if self.down:
            raise FetchFailed("it cannot be reached")
        return {"keys": [one if isinstance(one, dict) else one.public_jwk() for one in self.keys]}
