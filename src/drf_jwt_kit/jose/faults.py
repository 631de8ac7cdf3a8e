"""What is wrong with a token, in words? For whoever looks for the reason of a refusal.

``codec`` decides; this only finds words for it, and never a reason to accept a token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.utils import base64url_decode

from .codec import ACCEPTED_AHEAD, CLOCKS_DIFFER, MAX_TOKEN_LENGTH, Policy, TokenKind
from .jwk import Key

_PARTS = 3
_NO_TIME = 2**40
_UNITS = (("day", 86400), ("h", 3600), ("min", 60))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong: a word for programs, and a sentence without the token in it."""

    code: str
    text: str


def unverified_parts(presented: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token as they are written, each empty if it cannot be read."""
    header, _, rest = presented.partition(".")
    return _object_in(header), _object_in(rest.partition(".")[0])


def faults_of(
    presented: str, keys: Mapping[str, Key], policy: Policy, now: float
) -> Iterator[Fault]:
    """What is wrong with a token at ``now`` (epoch seconds), all that can be told at once.

    Raises KeysUnavailable if its key has lapsed.
    """
    wrong = _form(presented)
    if wrong:
        yield Fault(code="form", text=wrong)
        return
    header, claims = unverified_parts(presented)
    if not header or not claims:
        part = "claims" if header else "header"
        yield Fault(code="form", text=f"Its {part} cannot be read as a JSON object with members.")
        return
    yield from _signature(presented, header, keys)
    yield from _times(claims, policy, now)
    yield from _issuer(claims, policy)
    yield from _audience(claims, policy)
    typ = header.get("typ")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in policy.kinds:
        expected = " or ".join(sorted(kind.value for kind in TokenKind if kind in policy.kinds))
        text = f"Its header says that it is {typ!r} (typ). Expected is {expected}."
        yield Fault(code="wrong_type", text=text)


def span(seconds: float) -> str:
    """A length of time in its largest unit: ``3 min``."""
    for unit, length in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' * (unit == 'day' and count > 1)}"
    return f"{int(seconds)} s"


def _object_in(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64url_decode(part.encode()))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _form(presented: str) -> str:
    """What is wrong with the form; empty if that is a token's."""
    if len(presented) > MAX_TOKEN_LENGTH:
        return f"It is longer than {MAX_TOKEN_LENGTH} characters."
    parts = presented.split(".")
    if len(parts) == _PARTS + 2:
        return "It has five parts: it is encrypted (JWE), and none of ours is."
    if len(parts) != _PARTS:
        return f"It has {len(parts)} parts between dots, and a token has three."
    if not presented.isascii() or not all(one.isalnum() or one in "._-" for one in presented):
        return "It has characters that no token has: one was lost, added or escaped on the way."
    return ""


def _signature(presented: str, header: dict[str, Any], keys: Mapping[str, Key]) -> Iterator[Fault]:
    kid, algorithm = header.get("kid"), header.get("alg")
    known = ", ".join(sorted(keys)) or "none"
    if not isinstance(kid, str):
        text = f"Its header names no key (kid), as tokens of Simple JWT do. Known are: {known}."
        yield Fault(code="unknown_key", text=text)
        return
    key = keys.get(kid)
    if key is None:
        text = f"It is signed by a key that is not known here: {kid!r}. Known are: {known}."
        yield Fault(code="unknown_key", text=text)
        return
    if algorithm != key.algorithm:
        text = f"Its header says {algorithm!r}, and the key that it names is for {key.algorithm}."
        yield Fault(code="algorithm", text=text)
        return
    if "crit" in header:
        text = "It demands an extension (crit), and none is known here."
        yield Fault(code="crit", text=text)
        return
    try:
        jwt.PyJWS().decode(presented, key.verifying_key, algorithms=[key.algorithm])
    except jwt.PyJWTError:
        text = "Its signature is wrong: it was changed, or another key has the same name."
        yield Fault(code="signature", text=text)


def _times(claims: dict[str, Any], policy: Policy, now: float) -> Iterator[Fault]:
    expires, leeway = claims.get("exp"), policy.leeway.total_seconds()
    if type(expires) is not int or not _is_a_time(expires):
        yield Fault(code="exp", text="It does not say when it expires (exp), in whole seconds.")
    elif expires + leeway <= now:
        yield Fault(code="expired", text=f"It expired {span(now - expires)} ago.")
    elif expires > now + max(policy.longest_lifetime, ACCEPTED_AHEAD).total_seconds():
        yield Fault(code="exp", text=f"It says that it expires in {span(expires - now)}: too far.")
    begins = claims.get("nbf", 0)
    if not isinstance(begins, (int, float)) or not _is_a_time(begins):
        yield Fault(code="nbf", text="Its nbf is no number.")
    elif begins > now + max(leeway, CLOCKS_DIFFER.total_seconds()):
        text = f"It is not valid before {span(begins - now)} from now (nbf). Is a clock off?"
        yield Fault(code="nbf", text=text)


def _is_a_time(seconds: float) -> bool:
    """Whether it can be one; neither infinity nor nan is, nor what no calculation can hold."""
    return -_NO_TIME < seconds < _NO_TIME


def _issuer(claims: dict[str, Any], policy: Policy) -> Iterator[Fault]:
    said, expected = claims.get("iss"), policy.issuer
    unwanted = expected is None and policy.refuses_issuers and "iss" in claims
    if unwanted or (expected is not None and said != expected):
        text = f"Its issuer (iss) is {said!r}. Expected is {expected!r}."
        yield Fault(code="issuer", text=text)


def _audience(claims: dict[str, Any], policy: Policy) -> Iterator[Fault]:
    said, expected = claims.get("aud"), policy.audience
    if expected is None:
        if "aud" in claims:
            text = f"It is meant for an audience (aud), {said!r}, and none is set here."
            yield Fault(code="audience", text=text)
        return
    accepted = {expected} if isinstance(expected, str) else {*expected}
    if accepted.isdisjoint(_texts(said)):
        text = f"Its audience (aud) is {said!r}. Expected is {' or '.join(sorted(accepted))}."
        yield Fault(code="audience", text=text)


def _texts(value: object) -> Sequence[str]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str)]
