"""How does a project log a user in by itself, after whatever it has asked, and name the session?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from drf_jwt_kit.conf.asking import for_its_request
from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.exceptions import ActedFor
from drf_jwt_kit.models import Session

from . import devices, grant
from .acting import acting_as
from .begin import log_in
from .causal import catch_up
from .claims import OwnToken, own_token, source_of_scope
from .faults import persistent
from .presented import presented_with
from .tokens import TokenPair


@sensitive_variables()
@for_its_request
@persistent
def start(
    user: Any,
    request: Request | HttpRequest | None = None,
    *,
    scope: str = "",
    name: str = "",
    data: Mapping[str, Any] | None = None,
    actor: Any = None,
    reason: str = "",
    widen: bool = False,
    token: OwnToken | None = None,
    replaces: str | None = None,
) -> TokenPair:
    """Log in ``user``, whom the caller has authenticated, and answer its tokens.

    ``request`` gives the session its user agent and IP address, and the claims serializer its
    context. ``scope`` is a space-separated list (RFC 6749 section 3.3, at most 512 characters)
    that limits what the access token may do, within what ``get_token`` allows.
    ``name`` is the user's name for the device; control characters in it are dropped. ``data``
    is what the project must remember of this login: a dict that JSON takes, at most 4 KB. The
    claims serializer finds it in ``context["session"].data``, at each refresh too. ``token`` is a
    RefreshToken from ``get_token`` of an obtain serializer, whose session is stored.
    ``replaces`` is the refresh token that the same browser held before; its session ends.

    If ``request`` was made with a token (``request.auth``), the new session may do no more than
    that token, its login is no younger (``auth_time``), and it ends with the token's session if
    that is found to be stolen. ``widen`` lifts the first two of these limits: the user has just
    logged in again, and the scope is ``scope`` alone, or none.

    ``actor`` is another user, whom the caller lets act as ``user`` for a ``reason`` (at most 255
    characters). Such a session ends after 30 minutes, and begins no other. It costs a query more.

    ``SESSION_LIMITS`` decides how long the session may live. Two queries, those of the claims,
    and one more if the number of sessions is limited; two more with a token. In a view of ours,
    the session begins when the view's serializer has accepted everything, and else at once.
    Raises NoActiveAccount if ``USER_AUTHENTICATION_RULE`` refuses the user or the actor, or the
    user has changed meanwhile, ActedFor if the token is of somebody who acts as a user,
    InvalidToken if the session of the token has been ended, LimitsError for impossible limits,
    TypeError or ValueError for ``data``, ``actor`` or ``reason`` that cannot be kept (for ``data``
    that a client may have made too large that is DataNotKept, which views answer with 400), and
    ServiceUnavailable if the database does not answer.
    """
    parent = presented_with(request)
    if parent is not None and "act" in parent.claims:
        raise ActedFor
    acted_for = acting_as(user, actor, reason)
    if acted_for is not None and token is not None:
        raise TypeError(
            "sessions.start() takes no token with actor: what that has written already would not "
            "say who acts."
        )
    bound = None if widen or parent is None else grant.bound_of(parent)
    path = "" if bound is None else bound.obtain_serializer
    if bound is not None and bound.lacks_source:
        bound = replace(bound, source=source_of_scope(user, path))
    if token is None:
        token = own_token(user, path)
    return log_in(
        user,
        request,
        token=token,
        scope=scope,
        name=name,
        data=data,
        acted_for=acted_for,
        parent=parent,
        bound=bound,
        replaces=replaces,
    )


@persistent
def rename(session_id: UUID, user: Any, name: str) -> Session | None:
    """Give a live session of ``user`` this name, without control characters and at most 100
    characters of it; None if the user has no such session."""
    session = devices.live_session(user, session_id)
    if session is None and catch_up():
        session = devices.live_session(user, session_id)
    if session is not None:
        session.name = plain(name)[:100]
        session.save(update_fields=["name"])
    return session
