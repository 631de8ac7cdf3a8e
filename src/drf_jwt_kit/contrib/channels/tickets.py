"""What may stand in the URL of a socket, where a browser can send no header? Never a token.

A ticket is signed, names a session, opens one socket and is good for half a minute. It is of no use
anywhere else.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.cache import cache
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.sessions.tokens import reserved_names
from drf_jwt_kit.tokens import AccessToken

LIFETIME = timedelta(seconds=30)

_SALT = "drf_jwt_kit.contrib.channels.ticket"
_USED = "drf_jwt_kit:ticket:"


def ticket_for(request: Any) -> str:
    """A ticket for the session of ``request``, whose ``auth`` is an AccessToken. No query.

    Says nothing of its user but the id: own claims stay out. Raises InvalidToken for a token
    without a session.
    """
    token: AccessToken = request.auth
    named = {"sid": str(token.session_id), get_settings().JTI_CLAIM: uuid.uuid4().hex}
    kept = reserved_names() - {"iss", "aud"}
    claims = {name: value for name, value in token.payload.items() if name in kept}
    return signing.dumps({**claims, **named}, salt=_SALT, compress=True)


@sensitive_variables("ticket")
def redeemed(ticket: str) -> AccessToken:
    """The token that a ticket stands for, once. Raises InvalidToken.

    Which were used is known from Django's default cache.
    """
    try:
        claims = signing.loads(ticket, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature as error:
        raise InvalidToken from error
    used = _USED + claims[get_settings().JTI_CLAIM]
    if not cache.add(used, True, timeout=2 * LIFETIME.total_seconds()):
        raise InvalidToken(Reason.INVALID)
    token = AccessToken()
    token.payload = claims
    return token
