"""What do a project's keys show of a requirement?"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.jose.jwk import Key
from drf_jwt_kit.keys import checks, get_ring

from .requirement import Evidence, met, not_met


def one_algorithm_each() -> Evidence:
    """The keys that verify, each with the one algorithm that it is for."""
    keys = _keys()
    if not keys:
        return not_met("The keys cannot be read: manage.py jwtkit keys check says why.")
    named = ", ".join(f"{key.kid[:8]}… ({key.algorithm})" for key in keys)
    return met(f"Keys that verify: {named}")


def strong() -> Evidence:
    """Whether the checks of the keys have found one that is weak or open to others."""
    wrong = [message.id or "" for message in checks.check() if message.is_serious()]
    if wrong:
        return not_met(f"Checks that found something: {', '.join(sorted(set(wrong)))}")
    return met("The checks of the keys have found nothing wrong.")


def of_one_kind() -> Evidence:
    """Whether secrets and key pairs verify side by side."""
    keys = _keys()
    kinds = {"secret" if key.is_secret else "key pair" for key in keys}
    found = f"Keys that verify: {len(keys)}, of the kind: {' and '.join(sorted(kinds)) or 'none'}"
    return met(f"{found}. Each has one algorithm, which no token chooses.")


def _keys() -> list[Key]:
    try:
        ring = get_ring()
    except (ImproperlyConfigured, ServiceUnavailable):
        return []
    return [ring.verifying[kid] for kid in sorted(ring.verifying)]
