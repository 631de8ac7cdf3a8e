"""How does a test call a view as a user, without a login and without the database?

REST framework's ``force_authenticate`` leaves ``request.auth`` empty, and a view that asks for
scopes or a recent login asks the token. Here is one for it. It names no session that is stored, so
nobody can present it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from rest_framework import test

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import epoch, now
from drf_jwt_kit.tokens import AccessToken


def scope_of(scopes: Iterable[str]) -> str:
    """``scopes`` as a token has them. Raises TypeError for one string: its letters are none."""
    if isinstance(scopes, str):
        raise TypeError(f"scopes is a string. Write it as a list: {scopes.split()!r}")
    return " ".join(scopes)


def forced_token(
    user: Any,
    *,
    scopes: Iterable[str] = (),
    auth_time: datetime | None = None,
    claims: Mapping[str, Any] | None = None,
) -> AccessToken:
    """An access token for ``force_authenticate(user, token=…)``, also REST framework's own.

    ``scopes`` are what it may do; without any it has no scope, as after a login by password.
    ``auth_time`` is when the user logged in, by default now. ``claims`` are what the project's
    CLAIMS_SERIALIZER would give, which is not asked. Queries nothing; ``user`` need not be saved.
    """
    settings, token = get_settings(), AccessToken()
    granted = scope_of(scopes)
    token.payload |= {
        **(claims or {}),
        settings.USER_ID_CLAIM: str(getattr(user, settings.USER_ID_FIELD, "")),
        "sid": str(uuid4()),
        "auth_time": epoch(auth_time or now()),
        **({"scope": granted} if granted else {}),
    }
    return token


def force_authenticate(
    request: Any,
    user: Any = None,
    token: Any = None,
    *,
    scopes: Iterable[str] = (),
    auth_time: datetime | None = None,
    claims: Mapping[str, Any] | None = None,
) -> None:
    """REST framework's ``force_authenticate`` for a request of a factory, with a ``forced_token``.

    ``scopes``, ``auth_time`` and ``claims`` are those of the token. A ``token`` that is given is
    taken as it is.
    """
    asked = {"scopes": scopes, "auth_time": auth_time, "claims": claims}
    test.force_authenticate(request, user, given_or_forced(user, token, **asked))


def given_or_forced(user: Any, token: Any, **asked: Any) -> Any:
    """``token`` as it is given, or else a ``forced_token`` as it is ``asked`` for; nobody's is
    None."""
    return token if user is None or token is not None else forced_token(user, **asked)
