"""What does somebody else's key, as a JWK or a set of them, become here?

The key says its algorithm, or else the caller's list does; never a token. Only public members
are read, and whatever contradicts itself is refused. Sources: RFC 7517, RFC 7518 section 6,
RFC 8037 section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from .jwk import PUBLIC_MEMBERS, thumbprint
from .ring import Key
from .soundness import UnsoundKey, demand_sound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_KEYS = 100
"""How many keys a set may hold."""

LONGEST_KID = 256
"""Characters. A longer name is no name."""

_FITTING = {
    ("oct", None): ("HS256", "HS384", "HS512"),
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
    ("OKP", "Ed448"): ("EdDSA",),
}
"""Which algorithms a key may be for, by ``kty`` and ``crv``."""

_NEEDED = {**PUBLIC_MEMBERS, "oct": ("k", "kty")}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


def key_of(jwk: object, algorithms: Sequence[str]) -> Key:
    """The verifying key that ``jwk`` describes, for one of ``algorithms``.

    Where it names no ``alg``, it is for the first of ``algorithms`` that fits it; where it
    has no ``kid``, its thumbprint is its name. Raises UnsoundKey, with a sentence.
    """
    if not isinstance(jwk, dict):
        raise UnsoundKey("It is not a JSON object.")
    _demand_for_verifying(jwk)
    algorithm = _algorithm_of(jwk, algorithms)
    members: dict[str, Any] = {name: jwk.get(name) for name in _NEEDED[jwk["kty"]]}
    try:
        verifying_key = PyJWS().get_algorithm_by_name(algorithm).from_jwk(members)
    except (PyJWTError, ValueError, TypeError, AttributeError) as error:
        raise UnsoundKey("Its members make no key.") from error
    demand_sound(verifying_key, algorithm)
    kid = jwk.get("kid", thumbprint(members))
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        raise UnsoundKey(f"Its kid is not a string of at most {LONGEST_KID} characters.")
    return Key(kid=kid, algorithm=algorithm, signing_key=None, verifying_key=verifying_key)


def keys_of(
    document: object, algorithms: Sequence[str]
) -> tuple[dict[str, Key], list[tuple[int, str]]]:
    """The usable keys of a JWK Set by ``kid``, and for each other one its place and why not.

    Two keys of one ``kid`` are both left out, and so are secrets beside public keys: either
    may be a mistake that lets the wrong party sign. Raises UnsoundKey where it is no JWK Set.
    """
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UnsoundKey('It is not a JWK Set: a JSON object with a list of "keys".')
    if len(entries) > MOST_KEYS:
        raise UnsoundKey(f"It holds {len(entries)} keys, and {MOST_KEYS} are the most.")
    usable: dict[str, Key] = {}
    refused: list[tuple[int, str]] = []
    for place, jwk in enumerate(entries):
        try:
            key = key_of(jwk, algorithms)
            _demand_no_rival(key, jwk, entries)
            usable[key.kid] = key
        except UnsoundKey as why:
            refused.append((place, str(why)))
    return usable, refused


def _demand_for_verifying(jwk: Mapping[str, Any]) -> None:
    """Source: RFC 7517 sections 4.1 to 4.3."""
    if jwk.get("kty") not in list(_NEEDED):  # it may be anything, lists included
        raise UnsoundKey(f"Its kty is not one of: {', '.join(_NEEDED)}.")
    if jwk["kty"] != "oct" and _PRIVATE & jwk.keys():
        raise UnsoundKey("It shows its private part, so whoever reads it can sign with it.")
    if jwk.get("use", "sig") != "sig":
        raise UnsoundKey("Its use is not sig, so it is not for signatures.")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnsoundKey("Its key_ops do not hold verify.")
    if any(operation not in {"sign", "verify"} for operation in map(str, operations)):
        raise UnsoundKey("Its key_ops hold more than sign and verify.")


def _algorithm_of(jwk: Mapping[str, Any], algorithms: Sequence[str]) -> str:
    curve = jwk.get("crv") if jwk["kty"] in {"EC", "OKP"} else None
    fitting = _FITTING.get((jwk["kty"], str(curve) if curve else None), ())
    offered = [algorithm for algorithm in algorithms if algorithm in fitting]
    if "alg" not in jwk and offered:
        return offered[0]
    if jwk.get("alg") not in offered:
        raise UnsoundKey("Its kty, crv and alg are not those of an algorithm that is used here.")
    return str(jwk["alg"])


def _demand_no_rival(key: Key, jwk: Mapping[str, Any], entries: Sequence[Any]) -> None:
    others = [other for other in entries if isinstance(other, dict) and other is not jwk]
    if any(other.get("kid") == key.kid for other in others):
        raise UnsoundKey("Another key of the set has the same kid.")
    if key.is_secret and any(other.get("kty") != "oct" for other in others):
        raise UnsoundKey("It is secret, and stands in a set with public keys.")
