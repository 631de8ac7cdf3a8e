"""Simple JWT's backend contract (``encode``, ``decode``, ``get_leeway``) over ``jose.codec``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import Policy, TokenKind, decode, encode, read_unverified
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.keys.jwk_url import are_published

from . import adoption
from .foreign import foreign_claims

if TYPE_CHECKING:
    from datetime import timedelta


class KitTokenBackend:
    """Signs and verifies tokens of ``kinds`` with the project's keys, issuer and audience."""

    def __init__(self, *kinds: TokenKind) -> None:
        self.kinds = frozenset(kinds)

    def get_leeway(self) -> timedelta:
        """How far another machine's clock may be off."""
        return get_settings().LEEWAY

    def encode(self, payload: dict[str, Any]) -> str:
        """``payload`` signed, with the project's ``iss`` and ``aud``."""
        settings = get_settings()
        claims = dict(payload)
        if settings.AUDIENCE is not None:
            audience = settings.AUDIENCE
            claims["aud"] = audience if isinstance(audience, str) else list(audience)
        if settings.ISSUER is not None:
            claims["iss"] = settings.ISSUER
        kind = TokenKind.REFRESH if "gen" in claims else TokenKind.ACCESS
        return encode(claims, get_ring(), kind, json_encoder=settings.load("JSON_ENCODER"))

    def decode(
        self, token: str | bytes, verify: bool = True, *, accept_expired: bool = False
    ) -> dict[str, Any]:
        """The claims of ``token``. Raises InvalidToken. Unverified where ``verify`` is False."""
        if not verify:
            return read_unverified(token)
        return decode(token, get_ring(), self._policy(accept_expired=accept_expired))

    def adopt(
        self, token: str | bytes, *, accept_expired: bool = False
    ) -> tuple[dict[str, Any], bool]:
        """The claims of a token that is not ours, and whether a key at ``JWK_URL`` signed it.

        Simple JWT's name no key; those of ``JWK_URL`` name one, and only open views. Raises
        InvalidToken, and KeysUnavailable where the keys there could never be fetched.
        """
        policy = self._policy(accept_expired=accept_expired)
        if adoption.is_open():
            try:
                return adoption.adopted_claims(token, policy), False
            except InvalidToken as refusal:
                if refusal.reason is not Reason.INVALID:
                    raise
        if TokenKind.ACCESS in self.kinds and are_published():
            return foreign_claims(token, policy), True
        raise InvalidToken(Reason.INVALID)

    def _policy(self, *, accept_expired: bool) -> Policy:
        settings = get_settings()
        return Policy(
            kinds=self.kinds,
            issuer=settings.ISSUER,
            audience=settings.AUDIENCE,
            leeway=settings.LEEWAY,
            longest_lifetime=max(settings.ACCESS_TOKEN_LIFETIME, settings.SESSION_MAX_AGE),
            accept_expired=accept_expired,
        )
