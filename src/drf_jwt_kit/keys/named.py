"""Which key do Simple JWT's settings name, by ALGORITHM, SIGNING_KEY and VERIFYING_KEY?"""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings as django_settings
from django.utils.encoding import force_bytes
from django.views.decorators.debug import sensitive_variables
from jwt import PyJWS
from jwt.exceptions import InvalidKeyError

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import UnusableKey

from .derived import keys_of_secret_key
from .jwk import thumbprint
from .material import key_in, members_of
from .ring import Key, PlacedKey
from .soundness import ALGORITHMS, SECRET_BYTES, UnsoundKey, demand_sound

_TOGETHER = (
    "ALGORITHM, SIGNING_KEY and VERIFYING_KEY of SIMPLE_JWT belong together; without them, a key "
    "is derived from SECRET_KEY."
)


def keys_of_simple_jwt() -> list[PlacedKey]:
    """The key that SIMPLE_JWT names, or those derived from SECRET_KEY where it names none.

    Raises UnusableKey.
    """
    settings = get_settings()
    algorithm = settings.ALGORITHM
    if algorithm not in ALGORITHMS:
        raise UnusableKey(
            f"SIMPLE_JWT['ALGORITHM'] is {algorithm!r}, which is not one of: "
            f"{', '.join(ALGORITHMS)}.",
            hint=_TOGETHER,
            id="drf_jwt_kit.E005",
        )
    if uses_secret_key():
        if algorithm in SECRET_BYTES:
            return keys_of_secret_key(algorithm)
        if settings.JWK_URL is not None:  # ALGORITHM is that of the keys there
            return keys_of_secret_key()
        raise UnusableKey(
            f"SIMPLE_JWT['ALGORITHM'] is {algorithm!r}, but there is no SIGNING_KEY. "
            "Set SIMPLE_JWT['SIGNING_KEY'] to the private key and VERIFYING_KEY to the "
            "public one, both as PEM; or leave ALGORITHM out.",
            hint=_TOGETHER,
            id="drf_jwt_kit.E005",
        )
    signing_key = force_bytes(settings.SIGNING_KEY)
    if algorithm in SECRET_BYTES:
        key = hmac_key(signing_key, algorithm)
    else:
        key = _key_pair(algorithm, signing_key, settings.VERIFYING_KEY)
    return [PlacedKey(key=key, state=None, where="SIMPLE_JWT['SIGNING_KEY']")]


@sensitive_variables()
def keys_of_simple_jwt_itself() -> list[Key]:
    """The keys that Simple JWT would verify with, under the same settings; SECRET_KEY as it is.

    For the tokens that it has issued, and only to verify. Raises UnusableKey.
    """
    settings = get_settings()
    algorithm = settings.ALGORITHM
    if algorithm in SECRET_BYTES:
        if not uses_secret_key():
            return [
                replace(hmac_key(force_bytes(settings.SIGNING_KEY), algorithm), signing_key=None)
            ]
        return [
            replace(_adopted_hmac_key(secret, algorithm, where), signing_key=None)
            for where, secret in _secret_keys().items()
        ]
    if settings.JWK_URL is not None:
        return []  # it verified with the keys there, and nothing that names none of them
    public = force_bytes(settings.VERIFYING_KEY or "")
    where = "SIMPLE_JWT['VERIFYING_KEY']"
    return [replace(key_in(public, where=where, algorithm=algorithm), signing_key=None)]


def _secret_keys() -> dict[str, bytes]:
    """SECRET_KEY and its fallbacks, each by what to call it."""
    secrets = {"SECRET_KEY": force_bytes(django_settings.SECRET_KEY)}
    for place, fallback in enumerate(django_settings.SECRET_KEY_FALLBACKS):
        secrets[f"SECRET_KEY_FALLBACKS[{place}]"] = force_bytes(fallback)
    return secrets


def _adopted_hmac_key(secret: bytes, algorithm: str, where: str) -> Key:
    if len(secret) < SECRET_BYTES[algorithm]:
        raise UnusableKey(
            f"{where} is shorter than the {SECRET_BYTES[algorithm]} bytes that {algorithm} needs, "
            "and is to verify the tokens of Simple JWT: whoever guesses it logs in as anybody.",
            hint="Take it out if it is a fallback. If it is SECRET_KEY, take "
            "ADOPT_SIMPLEJWT_TOKENS_UNTIL out. Whoever has such a token logs in again.",
            id="drf_jwt_kit.E002",
        )
    return hmac_key(secret, algorithm)


def uses_secret_key() -> bool:
    """Whether SIMPLE_JWT names no key but SECRET_KEY, which means keys derived from it."""
    signing_key = get_settings().SIGNING_KEY
    return signing_key is None or force_bytes(signing_key) == force_bytes(
        django_settings.SECRET_KEY
    )


def hmac_key(secret: bytes, algorithm: str) -> Key:
    """SIGNING_KEY as the secret that it is. Raises UnusableKey."""
    try:
        prepared = PyJWS().get_algorithm_by_name(algorithm).prepare_key(secret)
    except InvalidKeyError as error:
        raise UnusableKey(
            f"SIMPLE_JWT['SIGNING_KEY'] cannot be used with {algorithm}: it looks like a public "
            "or private key. Set ALGORITHM to that key's own, such as 'RS256'.",
            hint=_TOGETHER,
            id="drf_jwt_kit.E005",
        ) from error
    if len(secret) < SECRET_BYTES[algorithm]:
        raise UnusableKey(
            f"SIMPLE_JWT['SIGNING_KEY'] is shorter than the {SECRET_BYTES[algorithm]} bytes that "
            f"{algorithm} needs: whoever guesses it logs in as anybody.",
            hint="Leave SIGNING_KEY out, and a key is derived from SECRET_KEY; or use "
            'python -c "import secrets; print(secrets.token_urlsafe(64))"',
            id="drf_jwt_kit.E002",
        )
    kid = thumbprint(members_of(prepared, algorithm))
    return Key(kid=kid, algorithm=algorithm, signing_key=prepared, verifying_key=prepared)


def _key_pair(algorithm: str, private: str | bytes, public: str | bytes | None) -> Key:
    if not public:
        raise UnusableKey(
            f"SIMPLE_JWT['ALGORITHM'] is {algorithm!r}, but VERIFYING_KEY is empty. "
            "Set it to the public key of SIGNING_KEY, as PEM.",
            hint=_TOGETHER,
            id="drf_jwt_kit.E005",
        )
    policy = PyJWS().get_algorithm_by_name(algorithm)
    try:
        signing_key, verifying_key = policy.prepare_key(private), policy.prepare_key(public)
        if not policy.verify(b"probe", verifying_key, policy.sign(b"probe", signing_key)):
            raise InvalidKeyError("not a pair")  # noqa: TRY301
        members = members_of(verifying_key, algorithm)
    except (InvalidKeyError, ValueError, TypeError, AttributeError) as error:
        raise UnusableKey(
            f"SIMPLE_JWT['SIGNING_KEY'] and VERIFYING_KEY cannot be used with {algorithm} "
            f"({type(error).__name__}). SIGNING_KEY must be a private key and VERIFYING_KEY its "
            "public key, both as unencrypted PEM and of that algorithm's type.",
            hint=_TOGETHER,
            id="drf_jwt_kit.E005",
        ) from error
    try:
        demand_sound(verifying_key, algorithm)
    except UnsoundKey as error:
        raise UnusableKey(
            f"SIMPLE_JWT['SIGNING_KEY'] is not fit for {algorithm}: {error}",
            hint="Make another pair: openssl genpkey -algorithm ed25519, with ALGORITHM 'EdDSA'.",
            id="drf_jwt_kit.E022",
        ) from error
    return Key(
        kid=thumbprint(members),
        algorithm=algorithm,
        signing_key=signing_key,
        verifying_key=verifying_key,
    )
