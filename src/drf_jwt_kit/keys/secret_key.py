"""Which keys are derived from SECRET_KEY? It never signs a token itself.

So a leak of a token key does not reveal SECRET_KEY, and each can be replaced without the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Warning
from django.utils.encoding import force_bytes

from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.algorithms import SECRET_BYTES
from drf_jwt_kit.jose.jwk import Key, key_of_material

from .ring import KeyState, PlacedKey

SHORT_SECRET_KEY = "drf_jwt_kit.E002"
PUBLIC_SECRET_KEY = "drf_jwt_kit.W104"

_LEAST_BYTES = 32
_MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(50))"'


def secret_keys() -> dict[str, bytes]:
    """SECRET_KEY and its fallbacks, each under the name that messages use for it."""
    fallbacks = enumerate(django_settings.SECRET_KEY_FALLBACKS)
    named = {f"SECRET_KEY_FALLBACKS[{place}]": force_bytes(one) for place, one in fallbacks}
    return {"SECRET_KEY": force_bytes(django_settings.SECRET_KEY), **named}


def keys_of_secret_key(algorithm: str = "HS256") -> list[PlacedKey]:
    """The key derived from SECRET_KEY, and a verifying key from each of SECRET_KEY_FALLBACKS.

    Raises UnusableKey if one of them is too short.
    """
    different: dict[bytes, str] = {}
    for where, secret in secret_keys().items():
        if len(secret) < _LEAST_BYTES:
            why = "A token key is derived from it, so whoever guesses it logs in as anybody."
            problem = f"{where} is shorter than {_LEAST_BYTES} bytes. {why}"
            hint = f"Remove a fallback, or replace SECRET_KEY (users log in again): {_MAKE_A_KEY}"
            raise UnusableKey(problem, hint=hint, id=SHORT_SECRET_KEY)
        different.setdefault(secret, where)
    states = {"SECRET_KEY": None}
    return [
        PlacedKey(
            key=_derived(secret, algorithm), state=states.get(where, KeyState.RETIRING), where=where
        )
        for secret, where in different.items()
    ]


def check_deploy() -> Iterator[CheckMessage]:
    """What is unwise about SECRET_KEY in production, where keys are derived from it."""
    for where, secret in secret_keys().items():
        if secret.startswith(b"django-insecure-"):
            why = "A key derived from it verifies tokens, so whoever knows it can make some."
            problem = f"{where} was made by startproject ('django-insecure-'), so it may be public."
            hint = f"{why} Remove a fallback, or replace SECRET_KEY: {_MAKE_A_KEY}"
            yield Warning(problem, hint=hint, id=PUBLIC_SECRET_KEY)


def _derived(secret: bytes, algorithm: str) -> Key:
    info = f"drf_jwt_kit token signing {algorithm}".encode()
    derivation = HKDF(hashes.SHA256(), SECRET_BYTES[algorithm], salt=None, info=info)  # RFC 5869
    return key_of_material(derivation.derive(secret), algorithm)
