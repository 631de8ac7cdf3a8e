"""How are tokens written that no library would write? Header, claims and signature by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from jwt.utils import base64url_encode

from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.jose.jwk import Key
from drf_jwt_kit.jose.possession import TYP
from drf_jwt_kit.jose.signing_function import signed_by_function
from drf_jwt_kit.keys import get_ring, get_signing_key

from .keys import foreign_key


def header_of(token: str) -> dict[str, Any]:
    """What the header of ``token`` says."""
    return dict(jwt.get_unverified_header(token))


def with_claims(token: str, **claims: Any) -> str:
    """``token`` with other claims under its old signature."""
    header, _, rest = token.partition(".")
    return f"{header}.{_written({**read_unverified(token), **claims})}.{rest.partition('.')[2]}"


def unsigned(token: str, alg: str = "none") -> str:
    """``token`` without a signature, whose header says that it needs none."""
    return f"{_written({**header_of(token), 'alg': alg})}.{token.split('.')[1]}."


def stripped(token: str) -> str:
    """``token`` without its signature; its header is as it was."""
    return token.rpartition(".")[0] + "."


def of_another_key(token: str, **header: Any) -> str:
    """``token`` signed by a key of somebody else for the same algorithm, with the old ``kid``."""
    old = header_of(token)
    return _signed({**old, **header}, read_unverified(token), foreign_key(old["alg"]))


def of_own_key(token: str, header: Mapping[str, Any], **claims: Any) -> str:
    """``token`` signed by the project's own key, with this added to its header and claims.

    Raises as the project's function does, where a function signs.
    """
    old = header_of(token)
    return _signed({**old, **header}, {**read_unverified(token), **claims}, get_signing_key())


def by_secret(token: str, secret: bytes, **header: Any) -> str:
    """``token`` signed with HS256 and this ``secret``."""
    made = {**header_of(token), "alg": "HS256", **header}
    text = f"{_written(made)}.{token.split('.')[1]}"
    signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64url_encode(signature).decode()}"


def of_a_device(challenge: str) -> str:
    """What a browser sends that binds a session to a new key of its device."""
    key = foreign_key("ES256")
    header = {"typ": TYP, "alg": key.algorithm, "jwk": key.public_jwk()}
    return _signed(header, {"jti": challenge}, key)


def public_secrets() -> list[bytes]:
    """The texts of the project's public keys, as somebody who knows them may take for a secret."""
    texts = [text for key in get_ring().published for text in _public_texts(key)]
    return [one for text in texts for one in {text, text.strip()}]


def _public_texts(key: Key) -> Iterator[bytes]:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    yield key.verifying_key.public_bytes(serialization.Encoding.PEM, form)
    yield key.verifying_key.public_bytes(serialization.Encoding.DER, form)
    yield json.dumps(key.public_jwk()).encode()


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: Key) -> str:
    text = f"{_written(header)}.{_written(claims)}".encode()
    if callable(key.signing_key):
        return signed_by_function(text, key)
    algorithm: Any = jwt.get_algorithm_by_name(key.algorithm)
    signature = algorithm.sign(text, algorithm.prepare_key(key.signing_key))
    return f"{text.decode()}.{base64url_encode(signature).decode()}"


def _written(part: Mapping[str, Any]) -> str:
    return base64url_encode(json.dumps(part, separators=(",", ":")).encode()).decode()
