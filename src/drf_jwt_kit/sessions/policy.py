"""What must a token satisfy here and now, besides its signature? Asks the settings each time."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf import issuer as of
from drf_jwt_kit.jose.codec import Policy, TokenKind


def policy_of(kinds: frozenset[TokenKind], *, accept_expired: bool = False) -> Policy:
    """What a token of one of ``kinds`` must satisfy for the request that is asking.

    The same object while the settings stay the same, and for every request that gets the same
    issuer and audience. Raises ImproperlyConfigured if a function answers neither.
    """
    settings = get_settings()
    return _policy(
        kinds,
        of.issuer(),
        of.audience(),
        of.issuer_is_asked(),
        settings.LEEWAY,
        settings.ACCESS_TOKEN_LIFETIME,
        settings.SESSION_MAX_AGE,
        accept_expired,
    )


@lru_cache(maxsize=1_000)  # as many as there are rings, where tenants have issuers of their own
def _policy(
    kinds: frozenset[TokenKind],
    issuer: str | None,
    audience: str | tuple[str, ...] | None,
    refuses_issuers: bool,
    leeway: timedelta,
    access_lifetime: timedelta,
    session_max_age: timedelta,
    accept_expired: bool,
) -> Policy:
    return Policy(
        kinds=kinds,
        issuer=issuer,
        audience=audience,
        refuses_issuers=refuses_issuers,
        leeway=leeway,
        longest_lifetime=max(access_lifetime, session_max_age),
        accept_expired=accept_expired,
    )
