"""How is a new key made? At random, as the text that a file holds; nothing is written here."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.utils import base64url_encode

from .soundness import SECRET_BYTES

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_RSA_BITS = 2048  # enough until 2030 (NIST SP 800-57); more makes tokens longer, logins slower
_CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


def new_key(algorithm: str) -> bytes:
    """The text of a new key for ``algorithm``: a PEM (PKCS 8), or for HMAC a JWK."""
    if algorithm in SECRET_BYTES:
        secret = base64url_encode(secrets.token_bytes(SECRET_BYTES[algorithm])).decode()
        return json.dumps({"kty": "oct", "alg": algorithm, "k": secret}).encode() + b"\n"
    private = _private_key(algorithm)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def suffix(algorithm: str) -> str:
    """What the name of a file with such a key ends in."""
    return ".jwk" if algorithm in SECRET_BYTES else ".pem"


def _private_key(algorithm: str) -> PrivateKeyTypes:
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm])
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
