"""Does whoever sends a request have the private key of a device? By a JWS that answers a challenge.

The one place where a key is read from what a client sends, and only where a session is bound to it.
Source: the W3C draft Device Bound Session Credentials, section on the DBSC proof; RFC 7515, 7517.
"""

from __future__ import annotations

import json
from typing import Any

import jwt

from drf_jwt_kit.exceptions import InvalidToken, Reason

from .algorithms import UnsoundKey
from .codec import MAX_TOKEN_LENGTH
from .jwk import Key, key_of

TYP = "dbsc+jwt"
ALGORITHMS = ("ES256", "RS256")
"""What browsers are offered: the two that every security chip can do."""


def key_in(proof: str) -> str:
    """The public key in the header of a registration, as the text of its JWK.

    Raises InvalidToken if there is none, or one that is weak or private.
    """
    try:
        jwk = _key_of(jwt.get_unverified_header(_short(proof)).get("jwk")).public_jwk()
    except (jwt.PyJWTError, UnsoundKey, UnicodeError, ValueError, RecursionError) as error:
        raise InvalidToken(Reason.INVALID) from error
    return json.dumps({name: jwk[name] for name in sorted(jwk) if name not in {"kid", "use"}})


def challenge_in(proof: str, jwk: str) -> str:
    """The challenge that ``proof`` answers, signed by the key in the text ``jwk``.

    Raises InvalidToken if that key has not signed it.
    """
    key = _key_of(json.loads(jwk))
    try:
        read = jwt.decode_complete(
            _short(proof),
            key.verifying_key,
            algorithms=[key.algorithm],
            options={"verify_aud": False, "verify_iat": False, "verify_exp": False},
        )
    except (jwt.PyJWTError, UnicodeError) as error:
        raise InvalidToken(Reason.INVALID) from error
    challenge = read["payload"].get("jti")
    if read["header"].get("typ") != TYP or not isinstance(challenge, str):
        raise InvalidToken(Reason.WRONG_TYPE)
    return challenge


def _key_of(jwk: Any) -> Key:
    return key_of(jwk, ALGORITHMS)


def _short(proof: str) -> str:
    if len(proof) > MAX_TOKEN_LENGTH:
        raise InvalidToken(Reason.INVALID)
    return proof
