"""Which key is in a text (a PEM, a JWK or an HMAC secret), and how is a new key written?

An error is an UnusableKey that says where the text comes from and shows nothing of its content.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as pem
from jwt.utils import base64url_encode

from drf_jwt_kit.disclosure import shown
from drf_jwt_kit.exceptions import UnusableKey

from .algorithms import ALGORITHMS, SECRET_BYTES, UnsoundKey, names_for_key
from .jwk import Key, key_of_material, read_jwk

UNREADABLE_PEM = "drf_jwt_kit.E021"
UNSOUND_KEY = "drf_jwt_kit.E022"
UNKNOWN_ALGORITHM = "drf_jwt_kit.E050"
NEITHER_PEM_NOR_JWK = "drf_jwt_kit.E051"
UNREADABLE_JWK = "drf_jwt_kit.E052"
KEY_FOR_NO_ALGORITHM = "drf_jwt_kit.E053"
BREAKS_WRITTEN_OUT = "drf_jwt_kit.E066"

_ONE_PEM = (
    "It must hold one key with its line breaks, in PKCS 8, PKCS 1, SEC 1 or SubjectPublicKeyInfo. "
    "Give a 'passphrase' only if it is encrypted. Rewrite: openssl pkey -in KEY.pem -out PLAIN.pem"
)

_BREAK_LINES = (
    'Put them back in the settings: {"key": os.environ["NAME"].replace(r"\\n", "\\n")}; or '
    "give the variable real line breaks, or the path of a file."
)


@lru_cache(maxsize=64)
def key_in(
    text: bytes,
    *,
    where: str,
    algorithm: str | None = None,
    kid: str | None = None,
    passphrase: str | None = None,
) -> Key:
    """The key in ``text``, for ``algorithm`` or else for the usual algorithm of such keys.

    Remembered by content, since parsing a private PEM takes 40 to 126 ms. Raises UnusableKey,
    whose message calls the text ``where``.
    """
    if algorithm is not None and algorithm not in ALGORITHMS:
        problem = f"{where} has the algorithm {shown(algorithm)}, which is not supported."
        hint = f"Use one of: {', '.join(ALGORITHMS)}."
        raise UnusableKey(problem, hint=hint, id=UNKNOWN_ALGORITHM)
    text = text.strip()
    if text.startswith(b"{"):
        material, algorithm, named = _from_jwk(text, where, algorithm)
        kid = kid or named
    elif algorithm in SECRET_BYTES and not text.startswith(b"-----BEGIN "):
        material = text
    else:
        material = _from_pem(text, where, passphrase)
    algorithm = algorithm or _usual_algorithm(material, where)
    try:
        return key_of_material(material, algorithm, kid)
    except UnsoundKey as error:
        problem = f"{where} is not fit for {algorithm}: {error}"
        hint = f"Make another one: python manage.py jwtkit keys generate --algorithm {algorithm}"
        raise UnusableKey(problem, hint=hint, id=UNSOUND_KEY) from error


def new_key_text(algorithm: str) -> bytes:
    """The text of a new random key for ``algorithm``: a PEM (PKCS 8), or for HMAC a JWK."""
    made = ALGORITHMS[algorithm].make()
    if isinstance(made, bytes):
        secret = base64url_encode(made).decode()
        return json.dumps({"kty": "oct", "alg": algorithm, "k": secret}).encode() + b"\n"
    text: bytes = made.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    return text


def suffix(algorithm: str) -> str:
    """The end of the name of a file with such a text."""
    return ".jwk" if algorithm in SECRET_BYTES else ".pem"


def _from_pem(text: bytes, where: str, passphrase: str | None) -> Any:
    if not text.startswith((b"-----BEGIN ", b"ssh-", b"ecdsa-sha2-")):
        problem = f"{where} is neither a PEM nor a JWK."
        hint = "Give the PEM with all its lines; for an HMAC secret, name its 'algorithm'."
        raise UnusableKey(problem, hint=hint, id=NEITHER_PEM_NOR_JWK)
    if b"\\n" in text:
        problem = f"{where} is a PEM whose line breaks are written as a backslash and an n."
        raise UnusableKey(problem, hint=_BREAK_LINES, id=BREAKS_WRITTEN_OUT)
    password = None if passphrase is None else passphrase.encode()
    try:
        if not text.startswith(b"-----"):
            return pem.load_ssh_public_key(text)
        if b" PUBLIC KEY-----" in text.splitlines()[0]:
            return pem.load_pem_public_key(text)
        return pem.load_pem_private_key(text, password)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        why = " with this 'passphrase'" if password else ""
        if isinstance(error, TypeError):  # a password is missing, or not needed
            why = f"{why}: it is not encrypted" if password else " without its 'passphrase'"
        problem = f"{where} cannot be read as a PEM{why}."
        raise UnusableKey(problem, hint=_ONE_PEM, id=UNREADABLE_PEM) from error


def _from_jwk(text: bytes, where: str, algorithm: str | None) -> tuple[Any, str, str | None]:
    try:
        return read_jwk(json.loads(text), [algorithm] if algorithm else ALGORITHMS, is_ours=True)
    except (ValueError, RecursionError) as error:
        why = error if isinstance(error, UnsoundKey) else "It is not JSON."
        problem = f"{where} cannot be read as a JWK: {why}"
        hint = "Give a whole JWK (RFC 7517). Its use, key_ops and alg, if any, must be for signing."
        raise UnusableKey(problem, hint=hint, id=UNREADABLE_JWK) from error


def _usual_algorithm(material: Any, where: str) -> str:
    names = names_for_key(material)
    if not names:
        problem = f"{where} holds a key type that cannot sign tokens."
        hint = "Use RSA, or a key on the curve P-256, P-384 or P-521, or Ed25519."
        raise UnusableKey(problem, hint=hint, id=KEY_FOR_NO_ALGORITHM)
    return names[0]
