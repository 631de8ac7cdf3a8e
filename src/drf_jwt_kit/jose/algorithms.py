"""Which algorithms are supported, which keys fit each, and is a key strong enough?

Every key is checked here, wherever it comes from: PyJWT accepts some that we refuse.
Sources: RFC 7518 sections 3.2 to 3.5 and 6, RFC 8037, RFC 8725 section 3.5.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from drf_jwt_kit.disclosure import shown

LEAST_RSA_BITS = 2048  # RFC 7518 sections 3.3 and 3.5
MOST_RSA_BITS = 8192  # with more, verifying takes long and is no safer
LEAST_EXPONENT, MOST_EXPONENT = 3, 2**64
_NEW_RSA_BITS = 2048  # enough until 2030 (NIST SP 800-57); more makes tokens longer, logins slower


class UnsoundKey(ValueError):  # noqa: N818  # reads as what it is
    """A key that must not be used. The message says why, and shows nothing of the key."""


@dataclass(frozen=True, kw_only=True)
class Algorithm:
    """The keys that one algorithm takes, by ``kty`` and ``crv``, and how to make one.

    ``secret_bytes`` is the least length of an HMAC key: the length of its hash.
    """

    needs: str
    make: Callable[[], Any]
    kty: str
    curves: tuple[str | None, ...] = (None,)
    secret_bytes: int = 0


def _hmac(size: int) -> Algorithm:
    make = partial(secrets.token_bytes, size)
    needs = "a secret, not a public or private key"
    return Algorithm(needs=needs, make=make, kty="oct", secret_bytes=size)


def _ecdsa(curve: ec.EllipticCurve, name: str) -> Algorithm:
    make = partial(ec.generate_private_key, curve)
    return Algorithm(needs=f"a key on the curve {name}", make=make, kty="EC", curves=(name,))


_new_rsa = partial(rsa.generate_private_key, public_exponent=65537, key_size=_NEW_RSA_BITS)
_RSA = Algorithm(needs="an RSA key", make=_new_rsa, kty="RSA")
_new_ed25519 = ed25519.Ed25519PrivateKey.generate
_OKP = ("Ed25519", "Ed448")
_EDDSA = Algorithm(needs="an Ed25519 or Ed448 key", make=_new_ed25519, kty="OKP", curves=_OKP)

ALGORITHMS = {
    "HS256": _hmac(32),
    "HS384": _hmac(48),
    "HS512": _hmac(64),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), _RSA),
    "ES256": _ecdsa(ec.SECP256R1(), "P-256"),
    "ES384": _ecdsa(ec.SECP384R1(), "P-384"),
    "ES512": _ecdsa(ec.SECP521R1(), "P-521"),
    "EdDSA": _EDDSA,
}
"""The algorithms by name. Each key is for exactly one of them.

A key that names no algorithm is for the first one here that takes such keys.
"""

SECRET_BYTES = {name: row.secret_bytes for name, row in ALGORITHMS.items() if row.secret_bytes}
"""The HMAC algorithms, and how many bytes each needs. Source: RFC 7518 section 3.2."""

ASYMMETRIC = tuple(name for name in ALGORITHMS if name not in SECRET_BYTES)
"""The algorithms of keys that may be published."""

_TYPES: dict[tuple[type, ...], tuple[str, str | None]] = {
    (bytes,): ("oct", None),
    (rsa.RSAPrivateKey, rsa.RSAPublicKey): ("RSA", None),
    (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey): ("OKP", "Ed25519"),
    (ed448.Ed448PrivateKey, ed448.Ed448PublicKey): ("OKP", "Ed448"),
}
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_PRIMES_OF_ROCA = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89),
    *(97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)


def names_for(kty: object, crv: object) -> list[str]:
    """The algorithms that a JWK with these members may be for; both values may be anything."""
    return [name for name, row in ALGORITHMS.items() if row.kty == kty and crv in row.curves]


def names_for_key(key: Any) -> list[str]:
    """The algorithms that a prepared key may be for: bytes, or a key of ``cryptography``."""
    if curve := getattr(key, "curve", None):
        return names_for("EC", _CURVES.get(curve.name))
    kinds = [kind for types, kind in _TYPES.items() if isinstance(key, types)]
    return names_for(*kinds[0]) if kinds else []


def require_sound(key: Any, algorithm: str) -> None:
    """Raise UnsoundKey unless the prepared ``key`` may sign or verify with ``algorithm``."""
    if algorithm not in ALGORITHMS:
        raise UnsoundKey(f"{shown(algorithm)} is not one of: {', '.join(ALGORITHMS)}.")
    row = ALGORITHMS[algorithm]
    if algorithm not in names_for_key(key):
        raise UnsoundKey(f"{algorithm} needs {row.needs}.")
    if row.secret_bytes and len(key) < row.secret_bytes:
        least = f"{algorithm} needs a secret of at least {row.secret_bytes} bytes"
        raise UnsoundKey(f"{least}: whoever guesses a shorter one logs in as anybody.")
    if row.kty == "RSA":
        _require_strong_rsa(key, algorithm)


def _require_strong_rsa(key: rsa.RSAPrivateKey | rsa.RSAPublicKey, algorithm: str) -> None:
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
    numbers = public.public_numbers()
    if not LEAST_RSA_BITS <= public.key_size <= MOST_RSA_BITS:
        needed = f"an RSA key of {LEAST_RSA_BITS} to {MOST_RSA_BITS} bits"
        raise UnsoundKey(f"{algorithm} needs {needed}, not {public.key_size}.")
    if not LEAST_EXPONENT <= numbers.e <= MOST_EXPONENT or numbers.e % 2 == 0:
        raise UnsoundKey(
            "The exponent of an RSA key must be odd and at least 3; it is usually 65537."
        )
    if all(numbers.n % prime in _powers_of_65537(prime) for prime in _PRIMES_OF_ROCA):
        why = "a faulty chip, so its private key can be computed (ROCA, CVE-2017-15361)"
        raise UnsoundKey(f"This RSA key was made by {why}. Make another one elsewhere.")


@cache
def _powers_of_65537(prime: int) -> frozenset[int]:
    """The remainders that a faulty key leaves when divided by ``prime``; other keys leave all.

    Source: Nemec and others, The Return of Coppersmith's Attack (2017), section 2.1.
    """
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime - 1))
