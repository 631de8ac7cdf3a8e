"""A browser that binds its sessions to a key of its device, as the draft says and Chromium does."""

from __future__ import annotations

import json
import re
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from drf_jwt_kit.sessions.bound import challenge_to_bind

from .browser import REFRESH, Browser

_REGISTRATION = re.compile(r'\(ES256 RS256\);path="([^"]+)";challenge="([^"]+)"')
_CHALLENGE = re.compile(r'"([^"]+)";id="([^"]+)"')


class Device:
    """A key in a chip: it signs, and is never shown."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        if algorithm == "ES256":
            self.key: Any = ec.generate_private_key(ec.SECP256R1())
        else:
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwk(self) -> dict[str, Any]:
        made = ECAlgorithm if self.algorithm == "ES256" else RSAAlgorithm
        jwk: dict[str, Any] = json.loads(made.to_jwk(self.key.public_key()))
        return {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}

    def registration(self, challenge: str, **header: Any) -> str:
        return self.proof(challenge, jwk=self.jwk, **header)

    def proof(self, challenge: str, **header: Any) -> str:
        headers = {"typ": "dbsc+jwt", **header}
        return jwt.encode({"jti": challenge}, self.key, self.algorithm, headers=headers)


class BindingBrowser(Browser):
    """What Chromium does by itself, beside what a page asks it for."""

    def __init__(self, device: Device | None = None, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.device = device or Device()
        self.told: dict[str, Any] = {}

    def by_itself(self, path: str, **headers: str) -> Any:
        """A request that no page sends: without a CSRF token, and without a body."""
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        own = {"Sec-Fetch-Site": "same-origin", **named}
        return self.generic("POST", path, content_type="", headers=own)

    def bind(self, answer: Any) -> Any:
        """Do what ``answer``, of a login or a refresh, offers."""
        path, challenge = offered(answer)
        bound = self.by_itself(path, Secure_Session_Response=self.device.registration(challenge))
        self.told = bound.json() if bound.status_code == 200 else {}
        return bound

    def bind_what_it_holds(self) -> Any:
        """Bind by the challenge of the refresh token in its jar, which no answer has offered."""
        proof = self.device.registration(challenge_to_bind(self.held(REFRESH)))
        return self.by_itself("/api/auth/bind/", Secure_Session_Response=proof)

    def renew(self, proof: str = "", session_id: str = "") -> Any:
        """One request to renew the access cookie."""
        return self.by_itself(
            self.told["refresh_url"],
            Sec_Secure_Session_Id=session_id or self.told["session_identifier"],
            Secure_Session_Response=proof,
        )

    def renew_with_proof(self) -> Any:
        """Ask for a challenge, and answer it."""
        return self.renew(self.device.proof(challenge_in(self.renew())))


def offered(answer: Any) -> tuple[str, str]:
    """Where to bind, and the challenge."""
    found = _REGISTRATION.fullmatch(answer["Secure-Session-Registration"])
    assert found is not None
    return found[1], found[2]


def challenge_in(answer: Any) -> str:
    found = _CHALLENGE.fullmatch(answer["Secure-Session-Challenge"])
    assert (answer.status_code, found is not None) == (403, True)
    return str(found and found[1])


def copied(browser: Browser) -> Browser:
    """Somebody with the same cookies, and without the device."""
    thief = BindingBrowser() if isinstance(browser, BindingBrowser) else Browser()
    for name, morsel in browser.cookies.items():
        thief.cookies[name] = morsel.value
    if isinstance(browser, BindingBrowser) and isinstance(thief, BindingBrowser):
        thief.told = browser.told
    return thief
