"""How is a token changed? Each by a function, with arguments that are plain values."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from drf_jwt_kit.jose.algorithms import ALGORITHMS
from drf_jwt_kit.testing import forgery

if TYPE_CHECKING:
    from collections.abc import Callable

    from .world import World

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SECRETS = {
    "empty": b"",
    "secret": b"secret",
    "SECRET_KEY": settings.SECRET_KEY.encode(),
    "null": b"\0" * 32,
}


@dataclass(frozen=True)
class Token:
    """A genuine token by its name, and what is done to it, one thing after the other."""

    of: str
    changes: tuple[tuple[Any, ...], ...] = ()

    def written(self, world: World) -> str:
        token = world.tokens[self.of]
        for name, *arguments in self.changes:
            token = CHANGES[name](token, world, *arguments)
        return token


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _replaced(token: str, at: int, part: str) -> str:
    parts = token.split(".")
    parts[at % len(parts)] = part
    return ".".join(parts)


def character(token: str, world: World, at: int, new: str) -> str:
    at %= len(token) or 1
    return token[:at] + new + token[at + 1 :]


def inserted(token: str, world: World, at: int, text: str) -> str:
    at %= len(token) + 1
    return token[:at] + text + token[at:]


def cut(token: str, world: World, at: int) -> str:
    return token[: at % (len(token) or 1)]


def part(token: str, world: World, at: int, text: bytes) -> str:
    return _replaced(token, at, encoded(text))


def part_as_is(token: str, world: World, at: int, text: str) -> str:
    return _replaced(token, at, text)


def part_of_another(token: str, world: World, at: int, of: str) -> str:
    other = world.graces if of == "grace" else world.tokens[of]
    return _replaced(token, at, other.split(".")[at % 3])


def header(token: str, world: World, more: dict[str, Any]) -> str:
    """Under the old signature."""
    return part(token, world, 0, json.dumps({**_header_of(world, token), **more}).encode())


def claims(token: str, world: World, more: dict[str, Any]) -> str:
    """Under the old signature."""
    return part(token, world, 1, json.dumps({**_claims_of(world, token), **more}).encode())


def unsigned(token: str, world: World, alg: str) -> str:
    return part_as_is(header(token, world, {"alg": alg}), world, 2, "")


def by_secret(token: str, world: World, secret: str, more: dict[str, Any]) -> str:
    return forgery.by_secret(_whole(world, token), SECRETS[secret], **more)


def by_another_key(token: str, world: World, more: dict[str, Any]) -> str:
    return forgery.of_another_key(_whole(world, token), **more)


def by_own_key(token: str, world: World, more: dict[str, Any], claims: dict[str, Any]) -> str:
    """By ours: genuine, whatever it says."""
    return forgery.of_own_key(_whole(world, token), more, **claims)


def unused_bits(token: str, world: World, more: int) -> str:
    """The last character has bits that no byte needs: set them otherwise."""
    last = ALPHABET.find(token[-1:])
    return token[:-1] + ALPHABET[last ^ (1 + more % 3)] if last >= 0 else token


def other_alphabet(token: str, world: World) -> str:
    return token.translate(str.maketrans("-_", "+/"))


def other_case(token: str, world: World) -> str:
    return token.swapcase()


def repeated(token: str, world: World, times: int) -> str:
    return token * times


def as_json(token: str, world: World, flat: bool) -> str:
    """As RFC 7515 section 7.2 serializes it."""
    first, second, third = [*token.split("."), "", ""][:3]
    signature = {"protected": first, "signature": third}
    return json.dumps({"payload": second, **(signature if flat else {"signatures": [signature]})})


CHANGES: dict[str, Callable[..., str]] = {
    one.__name__: one
    for one in (
        *(character, inserted, cut, part, part_as_is, part_of_another, header, claims, unsigned),
        *(
            by_secret,
            by_another_key,
            by_own_key,
            unused_bits,
            other_alphabet,
            other_case,
            repeated,
            as_json,
        ),
    )
}


def _whole(world: World, token: str) -> str:
    """``token`` where it can still be read and signed anew, or else one that can."""
    try:
        forgery.read_unverified(token)
        signs = forgery.header_of(token)["alg"] in [*ALGORITHMS]  # it may be anything
    except Exception:  # noqa: BLE001  # whatever was done to it
        signs = False
    return token if signs else world.tokens["phone access"]


def _header_of(world: World, token: str) -> dict[str, Any]:
    return forgery.header_of(_whole(world, token))


def _claims_of(world: World, token: str) -> dict[str, Any]:
    return forgery.read_unverified(_whole(world, token))
