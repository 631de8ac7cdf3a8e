"""Which keys come from SECRET_KEY? Derived ones: it never signs a token itself.

Whoever learns one use of SECRET_KEY must not have the other, and each can be replaced alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Warning
from django.utils.encoding import force_bytes
from jwt.utils import base64url_encode

from drf_jwt_kit.exceptions import UnusableKey

from .jwk import thumbprint
from .ring import Key, KeyState, PlacedKey
from .soundness import SECRET_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST_SECRET = 32
_MAKE_A_KEY = (
    'python -c "from django.core.management.utils import get_random_secret_key as k; print(k())"'
)


def keys_of_secret_key(algorithm: str = "HS256") -> list[PlacedKey]:
    """A key of SECRET_KEY, and of each of SECRET_KEY_FALLBACKS one that verifies.

    Raises UnusableKey where one of them can be guessed.
    """
    secret = force_bytes(django_settings.SECRET_KEY)
    fallbacks = [force_bytes(fallback) for fallback in django_settings.SECRET_KEY_FALLBACKS]
    for place, fallback in enumerate(fallbacks):
        if len(fallback) < _LEAST_SECRET:
            raise UnusableKey(
                f"SECRET_KEY_FALLBACKS[{place}] is shorter than {_LEAST_SECRET} bytes, and a key "
                "derived from it verifies tokens: whoever guesses it logs in as anybody.",
                hint="Take it out. Whoever has a token of it logs in again.",
                id="drf_jwt_kit.E002",
            )
    if len(secret) < _LEAST_SECRET:
        raise UnusableKey(
            f"SECRET_KEY is shorter than {_LEAST_SECRET} bytes, and tokens are signed with a key "
            "derived from it: whoever guesses it logs in as anybody.",
            hint=f"Put a new one into the environment of this project: {_MAKE_A_KEY}",
            id="drf_jwt_kit.E002",
        )
    secrets = dict.fromkeys([secret, *fallbacks])
    return [
        PlacedKey(
            key=_derived(one, algorithm),
            state=None if one == secret else KeyState.RETIRING,
            where="SECRET_KEY" if one == secret else "SECRET_KEY_FALLBACKS",
        )
        for one in secrets
    ]


def check_deploy() -> Iterator[CheckMessage]:
    """What is unwise about SECRET_KEY in production, where keys are derived from it."""
    if str(django_settings.SECRET_KEY).startswith("django-insecure-"):
        yield Warning(
            "Tokens are signed with a key derived from a SECRET_KEY that begins with "
            "'django-insecure-': it was made by startproject and may be public.",
            hint=f"Put a new one into the environment of this project: {_MAKE_A_KEY}",
            id="drf_jwt_kit.W104",
        )


def _derived(secret: bytes, algorithm: str) -> Key:
    derivation = HKDF(
        algorithm=hashes.SHA256(),
        length=SECRET_BYTES[algorithm],
        salt=None,
        info=f"drf_jwt_kit token signing {algorithm}".encode(),
    )  # RFC 5869
    key = derivation.derive(secret)
    kid = thumbprint({"k": base64url_encode(key).decode(), "kty": "oct"})
    return Key(kid=kid, algorithm=algorithm, signing_key=key, verifying_key=key)
