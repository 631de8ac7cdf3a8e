"""Is a key fit for its algorithm, and strong enough to be believed?

Asked of every key on its way in, wherever it comes from: what PyJWT lets pass and we do not.
Sources: RFC 7518 sections 3.2 to 3.5, RFC 8037, RFC 8725 section 3.5.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa

ALGORITHMS = (
    *("HS256", "HS384", "HS512"),
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""What a key of ours or of somebody else may be for. Each key is for one of them."""

ASYMMETRIC = tuple(name for name in ALGORITHMS if not name.startswith("HS"))
"""What a published key may be for."""

SECRET_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
"""How long an HMAC key must at least be: as long as its hash. Source: RFC 7518 section 3.2."""

LEAST_RSA_BITS = 2048  # RFC 7518 sections 3.3 and 3.5
MOST_RSA_BITS = 8192  # verifying takes long with more, and nobody needs it
LEAST_EXPONENT, MOST_EXPONENT = 3, 2**64

_CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
_EDWARDS = (
    *(ed25519.Ed25519PublicKey, ed25519.Ed25519PrivateKey),
    *(ed448.Ed448PublicKey, ed448.Ed448PrivateKey),
)
_PRIMES_OF_ROCA = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89),
    *(97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)


class UnsoundKey(ValueError):  # noqa: N818  # reads as what it is
    """A key that must not be used; the message says why, and holds nothing of the key."""


def demand_sound(key: Any, algorithm: str) -> None:
    """Raise UnsoundKey unless the prepared ``key`` may sign or verify with ``algorithm``.

    ``key`` is bytes for HMAC and otherwise a private or public key of ``cryptography``.
    """
    if algorithm in SECRET_BYTES:
        _demand_long_secret(key, algorithm)
    elif algorithm in _CURVES:
        if getattr(getattr(key, "curve", None), "name", None) != _CURVES[algorithm]:
            raise UnsoundKey(f"{algorithm} needs a key on the curve {_CURVES[algorithm]}.")
    elif algorithm == "EdDSA":
        if not isinstance(key, _EDWARDS):
            raise UnsoundKey("EdDSA needs an Ed25519 or Ed448 key.")
    elif algorithm in ALGORITHMS:
        _demand_strong_rsa(key, algorithm)
    else:
        raise UnsoundKey(f"{algorithm!r} is not one of: {', '.join(ALGORITHMS)}.")


def _demand_long_secret(key: Any, algorithm: str) -> None:
    needed = SECRET_BYTES[algorithm]
    if not isinstance(key, bytes) or len(key) < needed:
        raise UnsoundKey(
            f"{algorithm} needs a secret of at least {needed} bytes: whoever guesses a shorter "
            "one logs in as anybody."
        )


def _demand_strong_rsa(key: Any, algorithm: str) -> None:
    if isinstance(key, rsa.RSAPrivateKey):
        key = key.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise UnsoundKey(f"{algorithm} needs an RSA key.")
    numbers = key.public_numbers()
    if not LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
        raise UnsoundKey(
            f"{algorithm} needs an RSA key of {LEAST_RSA_BITS} to {MOST_RSA_BITS} bits, "
            f"not {key.key_size}."
        )
    if not LEAST_EXPONENT <= numbers.e <= MOST_EXPONENT or numbers.e % 2 == 0:
        raise UnsoundKey("The exponent of an RSA key is an odd number from 3, usually 65537.")
    if all(numbers.n % prime in _powers_of_65537(prime) for prime in _PRIMES_OF_ROCA):
        raise UnsoundKey(
            "This RSA key was made by a faulty chip, and its private key can be computed from the "
            "public one (ROCA, CVE-2017-15361). Make another one elsewhere."
        )


@cache
def _powers_of_65537(prime: int) -> frozenset[int]:
    """What the faulty primes leave when divided by ``prime``; of others, few leave only these.

    Source: Nemec and others, The Return of Coppersmith's Attack (2017), section 2.1.
    """
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime - 1))
