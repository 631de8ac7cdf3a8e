"""What is a key, which JWK describes it, and which of its members are public?

The algorithm comes from the key or from the caller's list, never from a token. Public members are
chosen by name from a short list, so that no private one can slip through. A JWK that contradicts
itself is refused. Sources: RFC 7517, RFC 7518 section 6, RFC 8037 section 2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jwt
from jwt.exceptions import PyJWTError
from jwt.utils import base64url_encode

from .algorithms import SECRET_BYTES, UnsoundKey, names_for, require_sound

MOST_KEYS = 100
"""How many keys a set may hold."""

LONGEST_KID = 256
"""Characters. A JWK with a longer name is refused."""

PUBLIC_MEMBERS = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}
"""By ``kty``; what a thumbprint is made of. Source: RFC 7638 section 3.2, RFC 8037 section 2."""

_MEMBERS = {**PUBLIC_MEMBERS, "oct": ("k", "kty")}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key with its one algorithm (RFC 8725 section 3.1). Prepared key objects, never PEM text.

    ``kid`` is the RFC 7638 thumbprint, which is the same in every process, or the name that the
    project gives. ``signing_key`` is None if the key only verifies. If the private key is
    elsewhere, it is a function that takes the bytes to sign and returns their signature.
    """

    kid: str
    algorithm: str
    signing_key: Any
    verifying_key: Any

    def __repr__(self) -> str:
        return f"<Key {self.algorithm} {self.kid}>"

    @property
    def is_secret(self) -> bool:
        """Whether this is an HMAC key, with which anyone who verifies can also sign."""
        return self.algorithm in SECRET_BYTES

    def public_jwk(self) -> dict[str, str]:
        """The JWK that others verify with. Source: RFC 7517 section 4.

        Raises ValueError for an HMAC key, which is never published.
        """
        members = public_members(self.verifying_key, self.algorithm)
        return {**members, "kid": self.kid, "alg": self.algorithm, "use": "sig"}


def thumbprint(members: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of a key's required JWK members. Source: RFC 7638 section 3."""
    canonical = "{" + ",".join(f'"{n}":"{members[n]}"' for n in sorted(members)) + "}"
    return base64url_encode(hashlib.sha256(canonical.encode()).digest()).decode()


def public_members(verifying_key: Any, algorithm: str) -> dict[str, str]:
    """The JWK members of a public key, and no others.

    Raises ValueError for an HMAC key, which has no public members.
    """
    if algorithm in SECRET_BYTES:
        raise ValueError(f"A key for {algorithm} is secret and has no public members.")
    jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(verifying_key, as_dict=True)
    return {name: jwk[name] for name in PUBLIC_MEMBERS[jwk["kty"]]}


def key_of_material(material: Any, algorithm: str, kid: str | None = None) -> Key:
    """The key that ``material`` is: bytes, or a private or public key of ``cryptography``.

    It is named ``kid``, or else by its thumbprint, also if it is a secret. It signs unless
    ``material`` is a public key. Raises UnsoundKey.
    """
    public = material.public_key() if hasattr(material, "public_key") else material
    require_sound(public, algorithm)
    try:
        prepared = jwt.get_algorithm_by_name(algorithm).prepare_key(public)
    except PyJWTError as error:  # only for a secret: other keys were checked above
        raise UnsoundKey("It looks like a public or private key, not like a secret.") from error
    if isinstance(prepared, bytes):
        members = {"k": base64url_encode(prepared).decode(), "kty": "oct"}
    else:
        members = public_members(prepared, algorithm)
    return Key(
        kid=kid or thumbprint(members),
        algorithm=algorithm,
        signing_key=material if public is not material or isinstance(material, bytes) else None,
        verifying_key=prepared,
    )


def read_jwk(
    jwk: object, algorithms: Iterable[str], *, is_ours: bool = False
) -> tuple[Any, str, str | None]:
    """The key in ``jwk`` (an object of ``cryptography``, or bytes), its algorithm and its ``kid``.

    Without an ``alg``, it is for the first of ``algorithms`` that fits it. Only a key that
    ``is_ours`` may contain its private part. Its strength is not checked here. Raises UnsoundKey
    with a sentence that says why.
    """
    if not isinstance(jwk, dict):
        raise UnsoundKey("It is not a JSON object.")
    if jwk.get("kty") not in list(_MEMBERS):  # it may be anything, lists included
        raise UnsoundKey(f"Its kty is not one of: {', '.join(_MEMBERS)}.")
    if not is_ours and jwk["kty"] != "oct" and _PRIVATE & jwk.keys():
        raise UnsoundKey("It contains its private part, so whoever reads it can sign with it.")
    _require_for_signatures(jwk, {"sign", "verify"} if is_ours else {"verify"})
    algorithm = _algorithm_of(jwk, algorithms)
    kid = jwk.get("kid")
    if "kid" in jwk and not (isinstance(kid, str) and 0 < len(kid) <= LONGEST_KID):
        raise UnsoundKey(f"Its kid is not a string of at most {LONGEST_KID} characters.")
    read = dict(jwk) if is_ours else {name: jwk.get(name) for name in _MEMBERS[jwk["kty"]]}
    try:
        material = jwt.get_algorithm_by_name(algorithm).from_jwk(read)
    except (PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnsoundKey("It is an incomplete or inconsistent JWK.") from error
    return material, algorithm, kid


def key_of(jwk: object, algorithms: Sequence[str]) -> Key:
    """The verifying key that an issuer's ``jwk`` describes, for one of ``algorithms``.

    Without a ``kid``, it is named by its thumbprint. Raises UnsoundKey, as ``read_jwk`` does.
    """
    return replace(key_of_material(*read_jwk(jwk, algorithms)), signing_key=None)


def keys_of(
    document: object, algorithms: Sequence[str]
) -> tuple[dict[str, Key], list[tuple[int, str]]]:
    """The usable keys of a JWK Set by ``kid``, and the place of every other key with the reason.

    Keys with the same ``kid`` are left out, and so are secrets beside public keys: either may be
    a mistake that lets the wrong party sign. Raises UnsoundKey if it is not a JWK Set.
    """
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UnsoundKey('It is not a JWK Set: a JSON object with a list of "keys".')
    if len(entries) > MOST_KEYS:
        raise UnsoundKey(f"It holds {len(entries)} keys; at most {MOST_KEYS} are read.")
    usable: dict[str, Key] = {}
    refused: list[tuple[int, str]] = []
    for place, jwk in enumerate(entries):
        try:
            key = key_of(jwk, algorithms)
            _require_no_rival(key, jwk, entries)
            usable[key.kid] = key
        except UnsoundKey as why:
            refused.append((place, str(why)))
    return usable, refused


def _require_for_signatures(jwk: Mapping[str, Any], needed: set[str]) -> None:
    """Source: RFC 7517 sections 4.2 and 4.3."""
    if jwk.get("use", "sig") != "sig":
        raise UnsoundKey("Its use is not sig, so it is not for signatures.")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or needed.isdisjoint(map(str, operations)):
        raise UnsoundKey(f"Its key_ops do not include {' or '.join(sorted(needed))}.")
    if not {"sign", "verify"}.issuperset(map(str, operations)):
        raise UnsoundKey("Its key_ops include more than sign and verify.")


def _algorithm_of(jwk: Mapping[str, Any], algorithms: Iterable[str]) -> str:
    fitting = names_for(jwk["kty"], jwk.get("crv") if jwk["kty"] in {"EC", "OKP"} else None)
    offered = [algorithm for algorithm in algorithms if algorithm in fitting]
    if "alg" not in jwk and offered:
        return offered[0]
    if jwk.get("alg") not in offered:
        raise UnsoundKey("Its kty, crv and alg do not fit an algorithm that is used here.")
    return str(jwk["alg"])


def _require_no_rival(key: Key, jwk: Mapping[str, Any], entries: Sequence[Any]) -> None:
    others = [other for other in entries if isinstance(other, dict) and other is not jwk]
    if any(other.get("kid") == key.kid for other in others):
        raise UnsoundKey("Another key of the set has the same kid.")
    if key.is_secret and any(other.get("kty") != "oct" for other in others):
        raise UnsoundKey("It is a secret key in a set with public keys.")
