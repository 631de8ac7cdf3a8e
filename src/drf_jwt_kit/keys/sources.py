"""Where do keys come from? From SIMPLE_JWT's key settings, or else derived from SECRET_KEY.

SECRET_KEY itself never signs a token: whoever learns one use of it must not have the other.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.encoding import force_bytes
from jwt import PyJWS
from jwt.exceptions import InvalidKeyError
from jwt.utils import base64url_encode

from drf_jwt_kit.conf import get_settings

from .jwk import public_members, thumbprint
from .ring import Key, KeyRing

if TYPE_CHECKING:
    from collections.abc import Iterator

ALGORITHMS = (
    *("HS256", "HS384", "HS512"),
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
_HASH_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
_LEAST_SECRET = 32
_MAKE_A_KEY = (
    'python -c "from django.core.management.utils import get_random_secret_key as k; print(k())"'
)


@cache
def get_ring() -> KeyRing:
    """The project's keys. Parsed once a process: a private PEM takes 40 to 126 ms.

    Raises ImproperlyConfigured where a key cannot be used; system check
    ``drf_jwt_kit.E005`` says the same at start-up.
    """
    signing, *retiring = configured_keys()
    return KeyRing(signing=signing, retiring=tuple(retiring))


@receiver(setting_changed)
def _forget_ring(*, setting: str, **_kwargs: object) -> None:
    if setting in {"SIMPLE_JWT", "SECRET_KEY", "SECRET_KEY_FALLBACKS"}:
        get_ring.cache_clear()


def configured_keys() -> list[Key]:
    """The project's keys, the one that signs first.

    Raises ImproperlyConfigured where a key cannot be used.
    """
    settings = get_settings()
    algorithm = settings.ALGORITHM
    if algorithm not in ALGORITHMS:
        raise ImproperlyConfigured(
            f"SIMPLE_JWT['ALGORITHM'] is {algorithm!r}, which is not one of: "
            f"{', '.join(ALGORITHMS)}."
        )
    if uses_secret_key():
        if algorithm not in _HASH_BYTES:
            raise ImproperlyConfigured(
                f"SIMPLE_JWT['ALGORITHM'] is {algorithm!r}, but there is no SIGNING_KEY. "
                "Set SIMPLE_JWT['SIGNING_KEY'] to the private key and VERIFYING_KEY to the "
                "public one, both as PEM; or leave ALGORITHM out."
            )
        secrets = [django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS]
        return [_derived(secret, algorithm) for secret in secrets]
    signing_key = force_bytes(settings.SIGNING_KEY)
    if algorithm in _HASH_BYTES:
        return [_hmac(signing_key, algorithm)]
    return [_asymmetric(algorithm, signing_key, settings.VERIFYING_KEY)]


def uses_secret_key() -> bool:
    """Whether keys are derived from SECRET_KEY, because the project names no other."""
    signing_key = get_settings().SIGNING_KEY
    return signing_key is None or force_bytes(signing_key) == force_bytes(
        django_settings.SECRET_KEY
    )


def check() -> Iterator[CheckMessage]:
    """What is wrong with the keys at start-up. Needs valid settings."""
    settings = get_settings()
    if uses_secret_key() and len(force_bytes(django_settings.SECRET_KEY)) < _LEAST_SECRET:
        yield Error(
            f"SECRET_KEY is shorter than {_LEAST_SECRET} bytes, and tokens are signed with a key "
            "derived from it: whoever guesses it logs in as anybody.",
            hint=f"Put a new one into the environment of this project: {_MAKE_A_KEY}",
            id="drf_jwt_kit.E002",
        )
    elif not uses_secret_key() and settings.ALGORITHM in _HASH_BYTES:
        needed = _HASH_BYTES[settings.ALGORITHM]
        if len(force_bytes(settings.SIGNING_KEY)) < needed:
            yield Error(
                f"SIMPLE_JWT['SIGNING_KEY'] is shorter than the {needed} bytes that "
                f"{settings.ALGORITHM} needs: whoever guesses it logs in as anybody.",
                hint="Leave SIGNING_KEY out, and a key is derived from SECRET_KEY; or use "
                'python -c "import secrets; print(secrets.token_urlsafe(64))"',
                id="drf_jwt_kit.E002",
            )
    try:
        configured_keys()
    except ImproperlyConfigured as error:
        yield Error(
            str(error),
            hint="ALGORITHM, SIGNING_KEY and VERIFYING_KEY of SIMPLE_JWT belong together; without "
            "them, a key is derived from SECRET_KEY.",
            id="drf_jwt_kit.E005",
        )


def check_deploy() -> Iterator[CheckMessage]:
    """What is unwise about the keys in production. Needs valid settings."""
    if get_settings().SIGNING_KEY is not None and uses_secret_key():
        yield Warning(
            "SIMPLE_JWT['SIGNING_KEY'] is SECRET_KEY. Tokens are signed with a key derived from "
            "it instead, so that one can be replaced without the other.",
            hint="Leave SIGNING_KEY out of SIMPLE_JWT.",
            id="drf_jwt_kit.W103",
        )
    secret = str(django_settings.SECRET_KEY)
    if uses_secret_key() and secret.startswith("django-insecure-"):
        yield Warning(
            "Tokens are signed with a key derived from a SECRET_KEY that begins with "
            "'django-insecure-': it was made by startproject and may be public.",
            hint=f"Put a new one into the environment of this project: {_MAKE_A_KEY}",
            id="drf_jwt_kit.W104",
        )


def _derived(secret: str | bytes, algorithm: str) -> Key:
    derivation = HKDF(
        algorithm=hashes.SHA256(),
        length=_HASH_BYTES[algorithm],
        salt=None,
        info=f"drf_jwt_kit token signing {algorithm}".encode(),
    )  # RFC 5869
    return _hmac(derivation.derive(force_bytes(secret)), algorithm)


def _hmac(secret: bytes, algorithm: str) -> Key:
    try:
        prepared = PyJWS().get_algorithm_by_name(algorithm).prepare_key(secret)
    except InvalidKeyError as error:
        raise ImproperlyConfigured(
            f"SIMPLE_JWT['SIGNING_KEY'] cannot be used with {algorithm}: it looks like a public "
            "or private key. Set ALGORITHM to that key's own, such as 'RS256'."
        ) from error
    kid = thumbprint({"k": base64url_encode(secret).decode(), "kty": "oct"})
    return Key(kid=kid, algorithm=algorithm, signing_key=prepared, verifying_key=prepared)


def _asymmetric(algorithm: str, private: str | bytes, public: str | bytes | None) -> Key:
    if not public:
        raise ImproperlyConfigured(
            f"SIMPLE_JWT['ALGORITHM'] is {algorithm!r}, but VERIFYING_KEY is empty. "
            "Set it to the public key of SIGNING_KEY, as PEM."
        )
    policy = PyJWS().get_algorithm_by_name(algorithm)
    try:
        signing_key, verifying_key = policy.prepare_key(private), policy.prepare_key(public)
        if not policy.verify(b"probe", verifying_key, policy.sign(b"probe", signing_key)):
            raise InvalidKeyError("not a pair")  # noqa: TRY301
        members = public_members(verifying_key, algorithm)
    except (InvalidKeyError, ValueError, TypeError, AttributeError) as error:
        raise ImproperlyConfigured(
            f"SIMPLE_JWT['SIGNING_KEY'] and VERIFYING_KEY cannot be used with {algorithm} "
            f"({type(error).__name__}). SIGNING_KEY must be a private key and VERIFYING_KEY its "
            "public key, both as unencrypted PEM and of that algorithm's type."
        ) from error
    return Key(
        kid=thumbprint(members),
        algorithm=algorithm,
        signing_key=signing_key,
        verifying_key=verifying_key,
    )
