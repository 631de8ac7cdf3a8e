"""Access tokens that no process has seen, without a login for each; and the keys of a run."""

from __future__ import annotations

import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

_MADE = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
ALGORITHMS = ("HS256", *_MADE)


def settings_of(algorithm: str) -> dict[str, str]:
    """What SIMPLE_JWT says of a new key of ``algorithm``; by HS256, SECRET_KEY signs."""
    if algorithm not in _MADE:
        return {}
    key = _MADE[algorithm]()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keys = {"SIGNING_KEY": private.decode(), "VERIFYING_KEY": public.decode()}
    return {"ALGORITHM": algorithm, **keys}


def renewed(access: str) -> str:
    """An access token that differs from ``access`` in its ``jti``, signed by the project's key."""
    from drf_jwt_kit.keys import get_ring

    key, header = get_ring().signing, jwt.get_unverified_header(access)
    claims = jwt.decode(access, options={"verify_signature": False})
    headers = {"kid": key.kid, "typ": header["typ"]}
    renewed = {**claims, "jti": uuid.uuid4().hex}
    return jwt.encode(renewed, key.signing_key, algorithm=key.algorithm, headers=headers)
