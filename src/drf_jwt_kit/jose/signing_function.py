"""How is a token signed if the private key never enters this process?

A function of the project signs, for a key service or a hardware module. Its signature is verified
before the token is used, because it may belong to another key than the public one here.
"""

from __future__ import annotations

import jwt
from jwt.utils import base64url_encode, der_to_raw_signature

from drf_jwt_kit.exceptions import UnusableKey

from .jwk import Key

WRONG_SIGNATURE = "drf_jwt_kit.E054"


def signed_by_function(signing_input: bytes, key: Key) -> str:
    """``signing_input`` with the signature of the key's function, as a compact JWS.

    Raises UnusableKey if the public key does not verify it, and whatever the function raises.
    """
    signature = _as_in_a_jws(key.signing_key(signing_input), key)
    algorithm = jwt.get_algorithm_by_name(key.algorithm)
    if not algorithm.verify(signing_input, key.verifying_key, signature):
        problem = f"The signature for {key.kid} ({key.algorithm}) does not fit its public key."
        hint = "Let 'sign' sign exactly the given bytes with the private key of that public key."
        raise UnusableKey(problem, hint=hint, id=WRONG_SIGNATURE)
    return b".".join([signing_input, base64url_encode(signature)]).decode()


def _as_in_a_jws(answer: object, key: Key) -> bytes:
    """An ECDSA signature as two numbers (RFC 7518 section 3.4), also if it came as DER."""
    signature = answer if isinstance(answer, bytes) else b""  # no key verifies an empty signature
    if not key.algorithm.startswith("ES"):
        return signature
    curve = key.verifying_key.curve
    if len(signature) == 2 * ((curve.key_size + 7) // 8):
        return signature
    try:
        return der_to_raw_signature(signature, curve)
    except ValueError:
        return b""
