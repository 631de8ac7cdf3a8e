"""What of a key may the world see, and what is it called? Public members only (RFC 7517).

Members are chosen by name from a short list, so that no private one can slip through.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from jwt import PyJWS
from jwt.utils import base64url_encode

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC_MEMBERS = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}
"""By ``kty``; what a thumbprint is made of. Source: RFC 7638 section 3.2, RFC 8037 section 2."""


def thumbprint(members: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of a key's required JWK members. Source: RFC 7638 section 3."""
    canonical = "{" + ",".join(f'"{n}":"{members[n]}"' for n in sorted(members)) + "}"
    return base64url_encode(hashlib.sha256(canonical.encode()).digest()).decode()


def public_members(verifying_key: Any, algorithm: str) -> dict[str, str]:
    """The members that make ``verifying_key`` this public key, and no others.

    Raises ValueError for an HMAC key, which has nothing that others may see.
    """
    jwk = PyJWS().get_algorithm_by_name(algorithm).to_jwk(verifying_key, as_dict=True)
    if jwk["kty"] not in PUBLIC_MEMBERS:
        raise ValueError(f"A key of {algorithm} is secret as a whole; it has no public members.")
    return {name: jwk[name] for name in PUBLIC_MEMBERS[jwk["kty"]]}
