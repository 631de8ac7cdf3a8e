"""Which key do ALGORITHM, SIGNING_KEY and VERIFYING_KEY of SIMPLE_JWT name?"""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings as django_settings
from django.utils.encoding import force_bytes
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.disclosure import shown
from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.algorithms import ALGORITHMS, SECRET_BYTES, UnsoundKey
from drf_jwt_kit.jose.jwk import Key, key_of_material
from drf_jwt_kit.jose.key_text import key_in

from .ring import PlacedKey
from .secret_key import keys_of_secret_key, secret_keys

ALGORITHM_NOT_SUPPORTED = "drf_jwt_kit.E057"
KEY_IS_MISSING = "drf_jwt_kit.E005"
NO_PAIR = "drf_jwt_kit.E058"
UNSOUND_SECRET = "drf_jwt_kit.E059"
UNSOUND_ADOPTED_SECRET = "drf_jwt_kit.E060"

_SIGNING_KEY = "SIMPLE_JWT['SIGNING_KEY']"
_VERIFYING_KEY = "SIMPLE_JWT['VERIFYING_KEY']"
_TOGETHER = (
    "Set ALGORITHM, SIGNING_KEY (the private key, as PEM) and VERIFYING_KEY (the public one) of "
    "SIMPLE_JWT together. Without them, a key is derived from SECRET_KEY."
)
_ANOTHER_SECRET = (
    "Leave SIGNING_KEY out to derive a key from SECRET_KEY, or make a secret: python -c "
    '"import secrets; print(secrets.token_urlsafe(64))". If it is a private key, set ALGORITHM to '
    "its own, such as 'RS256'."
)


def keys_of_simple_jwt() -> list[PlacedKey]:
    """The key that SIMPLE_JWT names, or the keys derived from SECRET_KEY if it names no key.

    Raises UnusableKey.
    """
    settings = get_settings()
    algorithm = settings.ALGORITHM
    if algorithm not in ALGORITHMS:
        names = ", ".join(ALGORITHMS)
        problem = f"SIMPLE_JWT['ALGORITHM'] is {shown(algorithm)}, which is not one of: {names}."
        raise UnusableKey(problem, hint=_TOGETHER, id=ALGORITHM_NOT_SUPPORTED)
    is_secret = algorithm in SECRET_BYTES
    if is_secret and uses_secret_key():
        return keys_of_secret_key(algorithm)
    if settings.JWK_URL is not None and uses_secret_key():  # ALGORITHM is that of the keys there
        return keys_of_secret_key()
    key = _named_secret(algorithm) if is_secret else _named_pair(algorithm)
    return [PlacedKey(key=key, state=None, where=_SIGNING_KEY)]


@sensitive_variables()
def keys_of_simple_jwt_itself() -> list[Key]:
    """The keys that Simple JWT would verify with under the same settings, also SECRET_KEY itself.

    They only verify tokens that Simple JWT has issued. Raises UnusableKey.
    """
    settings = get_settings()
    algorithm = settings.ALGORITHM
    if algorithm in SECRET_BYTES and uses_secret_key():
        keys = [_adopted_secret(where, secret) for where, secret in secret_keys().items()]
    elif algorithm in SECRET_BYTES:
        keys = [_named_secret(algorithm)]
    elif settings.JWK_URL is not None:
        return []  # Simple JWT verified with the keys there alone, which sign tokens with a kid
    else:
        keys = [_public_key(algorithm)]
    return [replace(key, signing_key=None) for key in keys]


def uses_secret_key() -> bool:
    """Whether SIMPLE_JWT names no key or SECRET_KEY, so that keys are derived from SECRET_KEY."""
    secret, named = django_settings.SECRET_KEY, get_settings().SIGNING_KEY
    return named is None or force_bytes(named) == force_bytes(secret)


def _named_secret(algorithm: str) -> Key:
    try:
        return key_of_material(force_bytes(get_settings().SIGNING_KEY), algorithm)
    except UnsoundKey as error:
        problem = f"{_SIGNING_KEY} cannot be used with {algorithm}: {error}"
        raise UnusableKey(problem, hint=_ANOTHER_SECRET, id=UNSOUND_SECRET) from error


def _adopted_secret(where: str, secret: bytes) -> Key:
    algorithm = get_settings().ALGORITHM
    try:
        return key_of_material(secret, algorithm)
    except UnsoundKey as error:
        problem = f"{where} verifies Simple JWT's tokens and is not fit for {algorithm}: {error}"
        cure = "If it is a fallback, remove it. Otherwise remove ADOPT_SIMPLEJWT_TOKENS_UNTIL."
        hint = f"{cure} Users with tokens that it signed log in again."
        raise UnusableKey(problem, hint=hint, id=UNSOUND_ADOPTED_SECRET) from error


def _named_pair(algorithm: str) -> Key:
    if uses_secret_key() or not get_settings().VERIFYING_KEY:
        problem = f"SIMPLE_JWT['ALGORITHM'] is {algorithm!r}, but it lacks one of its two keys."
        raise UnusableKey(problem, hint=_TOGETHER, id=KEY_IS_MISSING)
    text = force_bytes(get_settings().SIGNING_KEY)
    private = key_in(text, where=_SIGNING_KEY, algorithm=algorithm)
    public = _public_key(algorithm)
    if private.signing_key is None or private.kid != public.kid:
        problem = "SIGNING_KEY and VERIFYING_KEY are not the private and public part of one key."
        raise UnusableKey(problem, hint=_TOGETHER, id=NO_PAIR)
    return private


def _public_key(algorithm: str) -> Key:
    text = force_bytes(get_settings().VERIFYING_KEY or "")
    return key_in(text, where=_VERIFYING_KEY, algorithm=algorithm)
