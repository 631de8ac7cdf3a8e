"""How is a token signed where its private key never is: a key service, a hardware module?

By a function of the project's, from the bytes to sign to their signature. What it answers is
verified before anybody gets it, since it may be of another key than the public one here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jwt import PyJWS
from jwt.utils import base64url_encode, der_to_raw_signature

from drf_jwt_kit.exceptions import UnusableKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ring import Key


def signed(
    claims: dict[str, Any],
    key: Key,
    header: Mapping[str, str],
    *,
    json_encoder: type[json.JSONEncoder] | None = None,
) -> str:
    """``claims`` as a compact JWS, signed by the function that is ``key.signing_key``.

    An ECDSA signature may be the two numbers of a JWS (RFC 7518 section 3.4) or, as most
    services answer it, their DER form. Raises UnusableKey where the public key does not verify it,
    and whatever the function raises.
    """
    parts = ({"alg": key.algorithm, **header}, None), (claims, json_encoder)
    encoded = (json.dumps(part, cls=cls, separators=(",", ":")).encode() for part, cls in parts)
    signing_input = b".".join(map(base64url_encode, encoded))
    signature = _as_in_a_jws(key.signing_key(signing_input), key)
    policy = PyJWS().get_algorithm_by_name(key.algorithm)
    if not policy.verify(signing_input, key.verifying_key, signature):
        raise UnusableKey(
            f"The function that signs for the key {key.kid} answers what its public key does not "
            f"verify with {key.algorithm}.",
            hint="Let it sign the bytes it is given with that algorithm (not their hash, unless "
            "the service asks for one), and give the public key of the same key and version.",
            id="drf_jwt_kit.E021",
        )
    return b".".join([signing_input, base64url_encode(signature)]).decode()


def _as_in_a_jws(signature: object, key: Key) -> bytes:
    if not isinstance(signature, bytes):
        return b""  # which verifies as nothing
    if not key.algorithm.startswith("ES"):
        return signature
    curve = key.verifying_key.curve
    if len(signature) == 2 * ((curve.key_size + 7) // 8):
        return signature
    try:
        return der_to_raw_signature(signature, curve)
    except ValueError:
        return b""
