"""What key does a text hold: a PEM, a JWK, or an HMAC secret?

Whatever is wrong with it is an UnusableKey that says where the text is from and nothing of
what is in it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt import PyJWS
from jwt.exceptions import PyJWTError
from jwt.utils import base64url_encode

from drf_jwt_kit.exceptions import UnusableKey

from .jwk import public_members, thumbprint
from .ring import Key
from .soundness import ALGORITHMS, SECRET_BYTES, UnsoundKey, demand_sound

if TYPE_CHECKING:
    from collections.abc import Mapping

_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_EDWARDS = (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey,
            ed448.Ed448PrivateKey, ed448.Ed448PublicKey)  # fmt: skip
_PRIVATE = (
    rsa.RSAPrivateKey,
    ec.EllipticCurvePrivateKey,
    ed25519.Ed25519PrivateKey,
    ed448.Ed448PrivateKey,
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
    """The key that ``text`` holds, for ``algorithm`` or else the usual one of its kind.

    Remembered by content, since parsing a private PEM takes 40 to 126 ms. Raises UnusableKey,
    whose message calls the text ``where``.
    """
    if algorithm is not None and algorithm not in ALGORITHMS:
        raise UnusableKey(
            f"{where} is for {algorithm!r}, which is no algorithm of ours.",
            hint=f"Use one of: {', '.join(ALGORITHMS)}.",
            id="drf_jwt_kit.E020",
        )
    text = text.strip()
    if text.startswith(b"-----BEGIN "):
        material: Any = _from_pem(text, where, passphrase)
    elif text.startswith(b"{"):
        jwk = _as_jwk(text, where)
        material = _from_jwk(jwk, where, algorithm)
        algorithm, kid = algorithm or jwk.get("alg"), kid or jwk.get("kid")
    elif algorithm in SECRET_BYTES:
        material = text
    else:
        raise UnusableKey(
            f"{where} is neither a PEM nor a JWK.",
            hint="Give the whole text of the key, with its '-----BEGIN' line and its line "
            "breaks. If it is a secret for HMAC, say so: 'algorithm': 'HS256'.",
            id="drf_jwt_kit.E021",
        )
    return _key(material, where, algorithm or _usual_algorithm(material, where), kid)


def _key(material: Any, where: str, algorithm: str, kid: str | None) -> Key:
    is_private = isinstance(material, (bytes, *_PRIVATE))
    public = material.public_key() if isinstance(material, _PRIVATE) else material
    try:
        if algorithm in SECRET_BYTES and not isinstance(material, bytes):
            raise UnsoundKey("it is a public or private key, and no secret.")  # noqa: TRY301
        demand_sound(public, algorithm)
        prepared = PyJWS().get_algorithm_by_name(algorithm).prepare_key(public)
        members = members_of(prepared, algorithm)
    except (UnsoundKey, PyJWTError) as error:
        raise UnusableKey(
            f"{where} is not fit for {algorithm}: {error}",
            hint=f"Make another one: python manage.py jwtkit keys generate --algorithm {algorithm}",
            id="drf_jwt_kit.E022",
        ) from error
    return Key(
        kid=kid or thumbprint(members),
        algorithm=algorithm,
        signing_key=material if is_private else None,
        verifying_key=prepared,
    )


def members_of(prepared: Any, algorithm: str) -> dict[str, str]:
    """What a thumbprint of the key is made of; an HMAC key's, too, so that it has a name."""
    if isinstance(prepared, bytes):
        return {"k": base64url_encode(prepared).decode(), "kty": "oct"}
    return public_members(prepared, algorithm)


def _from_pem(text: bytes, where: str, passphrase: str | None) -> Any:
    password = None if passphrase is None else passphrase.encode()
    try:
        if b" PUBLIC KEY-----" in text.splitlines()[0]:
            return load_pem_public_key(text)
        return load_pem_private_key(text, password)
    except TypeError as error:  # cryptography: a password is missing, or one too many
        if password is None:
            raise UnusableKey(
                f"{where} is encrypted.",
                hint="Give its 'passphrase', from the environment; or decrypt it: openssl pkey "
                "-in KEY.pem -out PLAIN.pem",
                id="drf_jwt_kit.E021",
            ) from error
        raise UnusableKey(
            f"{where} has a passphrase, but is not encrypted.",
            hint="Take 'passphrase' out.",
            id="drf_jwt_kit.E021",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        wrong = ", or its passphrase is another one" if password else ""
        raise UnusableKey(
            f"{where} cannot be read as a PEM{wrong}.",
            hint="It must hold one key, in PKCS 8, PKCS 1, SEC 1 or SubjectPublicKeyInfo, with "
            "its line breaks. Try: openssl pkey -in KEY.pem -noout",
            id="drf_jwt_kit.E021",
        ) from error


def _as_jwk(text: bytes, where: str) -> dict[str, Any]:
    try:
        jwk = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableKey(
            f"{where} begins as a JWK, and is not JSON.",
            hint="Give one whole JWK (RFC 7517), or a PEM.",
            id="drf_jwt_kit.E021",
        ) from error
    assert isinstance(jwk, dict)  # noqa: S101  # it begins with a brace
    return jwk


def _from_jwk(jwk: Mapping[str, Any], where: str, algorithm: str | None) -> Any:
    _demand_for_signatures(jwk, where, algorithm)
    kinds = {"oct": "HS256", "RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
    try:
        reader = PyJWS().get_algorithm_by_name(kinds[jwk["kty"]])
        return reader.from_jwk(dict(jwk))
    except (PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnusableKey(
            f"{where} is a JWK whose members make no key.",
            hint="Its kty must be oct, RSA, EC or OKP, with all members of that kind (RFC 7518 "
            "section 6).",
            id="drf_jwt_kit.E021",
        ) from error


def _demand_for_signatures(jwk: Mapping[str, Any], where: str, algorithm: str | None) -> None:
    """Source: RFC 7517 sections 4.2 to 4.4."""
    operations = jwk.get("key_ops", ["verify"])
    says_verify = isinstance(operations, list) and {"sign", "verify"} >= set(map(str, operations))
    other_algorithm = algorithm is not None and jwk.get("alg", algorithm) != algorithm
    if jwk.get("use", "sig") != "sig" or not says_verify or not operations or other_algorithm:
        raise UnusableKey(
            f"{where} is a JWK that is for something else: its use, key_ops or alg say so.",
            hint="Its use must be sig, its key_ops at most sign and verify, and its alg the "
            "algorithm that it is to be used with.",
            id="drf_jwt_kit.E022",
        )
    if not isinstance(jwk.get("alg", ""), str) or not isinstance(jwk.get("kid", ""), str):
        raise UnusableKey(
            f"{where} is a JWK whose alg or kid is not a string.",
            hint="Write both as strings, or leave them out.",
            id="drf_jwt_kit.E021",
        )


def _usual_algorithm(material: Any, where: str) -> str:
    if isinstance(material, (rsa.RSAPrivateKey, rsa.RSAPublicKey)):
        return "RS256"
    if isinstance(material, _EDWARDS):
        return "EdDSA"
    if isinstance(material, bytes):
        return "HS256"
    curve = getattr(getattr(material, "curve", None), "name", "")
    if curve not in _CURVES:
        raise UnusableKey(
            f"{where} holds a key of a kind that signs no token.",
            hint="Use RSA, or a key on the curve P-256, P-384 or P-521, or Ed25519.",
            id="drf_jwt_kit.E022",
        )
    return _CURVES[curve]
