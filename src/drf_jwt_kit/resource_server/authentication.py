"""Is the token in a request from the issuer, for this service, and valid now?"""

from __future__ import annotations

import logging
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import Policy, decode_typed
from drf_jwt_kit.jose.kinds import require_access_token
from drf_jwt_kit.logs import log
from drf_jwt_kit.scopes import scopes_in
from drf_jwt_kit.transports import challenge_of, header_of, token_in

from .checks import require_unauthenticated_user_none
from .issuer import get_issuer_keys
from .principal import Principal
from .settings import get_resource_server_settings


class ResourceServerAuthentication(BaseAuthentication):
    """The bearer of ``Authorization: Bearer <access>``, as the issuer's token describes it.

    ``request.user`` is a :class:`Principal` and ``request.auth`` the verified claims, with the
    scopes as words in ``scope``, whatever claim the issuer uses. Asks no database, so a token of
    an ended session is accepted until it expires. Raises InvalidToken (401) and
    KeysUnavailable (503). Sources: RFC 6750 section 2.1, RFC 9068 section 4.
    """

    www_authenticate_realm = "api"

    def authenticate(self, request: Request) -> tuple[Principal, dict[str, Any]] | None:
        """``(principal, claims)``, or None if the request has no bearer token."""
        require_unauthenticated_user_none()
        header = header_of(request)
        presented = None if header is None else token_in(header)
        if presented is None:
            return None
        claims = verify(presented)
        return self.get_principal(claims), claims

    def authenticate_header(self, request: Request) -> str:
        """The ``WWW-Authenticate`` value; it names an error only if a token was presented."""
        return challenge_of(header_of(request), self.www_authenticate_realm)

    def get_principal(self, claims: dict[str, Any]) -> Any:
        """The ``request.user`` for verified ``claims``; override it for a class of your own.

        Raises InvalidToken if they do not name a user.
        """
        name = get_resource_server_settings().USER_ID_CLAIM
        user_id = claims.get(name)
        if not isinstance(user_id, str) or not user_id:
            log("claim_missing", level=logging.WARNING, claim=name)
            raise InvalidToken(Reason.INVALID)
        return Principal(pk=user_id, claims=claims, scopes=scopes_in(claims.get("scope")))


def verify(presented: str | bytes) -> dict[str, Any]:
    """The claims of an access token that the issuer signed for this service.

    For a token that does not come in a header, but in a message queue, for example. A token that
    says it is of another kind is refused, whatever TOKEN_TYPES allows. Raises InvalidToken and
    KeysUnavailable.
    """
    settings = get_resource_server_settings()
    policy = Policy(
        kinds=frozenset(settings.TOKEN_TYPES),
        issuer=settings.ISSUER,
        audience=settings.AUDIENCE,
        leeway=settings.LEEWAY,
    )
    claims, typ = decode_typed(presented, get_issuer_keys(), policy)
    require_access_token(typ, claims)
    scopes = scopes_in(claims.get(settings.SCOPE_CLAIM))
    claims.pop("scope", None)  # the settings may name another claim for scopes
    return {**claims, "scope": " ".join(sorted(scopes))} if scopes else claims
