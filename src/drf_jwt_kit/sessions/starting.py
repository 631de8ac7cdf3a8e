"""How does a session begin? Its limits, its row, and its first tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import NoActiveAccount
from drf_jwt_kit.models import Session
from drf_jwt_kit.tokens.claims import serializer_claims

from . import client, ending, events, limits, lookup
from .account import fingerprint, may_log_in
from .faults import persistent, persistently

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from django.http import HttpRequest
    from rest_framework.request import Request

    from drf_jwt_kit.tokens import RefreshToken

_LONGEST_SCOPE = 512


@dataclass(frozen=True, kw_only=True)
class TokenPair:
    """What a login or a refresh answers; ``refresh`` is None where tokens are not rotated."""

    access: str
    refresh: str | None

    def __repr__(self) -> str:
        return "<TokenPair>"

    def as_data(self) -> dict[str, str]:
        """The body of the answer: ``access``, and ``refresh`` where there is one."""
        data = {"access": self.access}
        return data if self.refresh is None else {**data, "refresh": self.refresh}


@sensitive_variables()
@persistent
def start(
    user: Any,
    request: Request | HttpRequest | None = None,
    *,
    scope: str = "",
    name: str = "",
    token: RefreshToken | None = None,
) -> TokenPair:
    """Log ``user`` in, however it has proved who it is, and answer its tokens.

    ``request`` gives the session its user agent and IP address, and the claims serializer its
    context. ``scope`` is a space-separated list (RFC 6749 section 3.3, at most 512 characters)
    that limits what the access token may do; a ``scope`` that ``get_token`` sets on the token
    does the same. ``name`` is what the user calls the device. ``token`` is what ``get_token``
    of an obtain serializer made, whose session is taken over.

    ``SESSION_LIMITS`` is asked how long the session may live. One query, what the claims need,
    and one more where the number of sessions is limited. Raises NoActiveAccount where
    ``USER_AUTHENTICATION_RULE`` refuses the user, LimitsError for limits that cannot be kept,
    and ServiceUnavailable where the database cannot be asked.
    """
    if not may_log_in(user):
        raise NoActiveAccount
    if token is None:
        token = obtain_serializer("").get_token(user)
    session = token.session
    session.scope, session.name = scope, client.storable(name)[:100]
    client.describe(session, request)
    most = limits.impose(session, user, request)
    token.bind(session, user)
    if len(session.scope) > _LONGEST_SCOPE:
        raise ValueError(f"This scope is longer than {_LONGEST_SCOPE} characters.")
    claims = {**serializer_claims(user, request=request, session=session), **token.own_claims}
    access = str(token.access_with(claims))
    ending.replace(request)  # before the limit counts, or it would end another one besides
    insert(session, user, request)
    limits.end_excess(session, user, most)
    return TokenPair(access=access, refresh=str(token))


@persistent
def rename(session_id: UUID, user: Any, name: str) -> Session | None:
    """Call a live session of ``user`` by ``name``; None where it has no such session."""
    session = lookup.live_session(user, session_id)
    if session is not None:
        session.name = name
        session.save(update_fields=["name"])
    return session


def new_session(user: Any, refresh_lifetime: timedelta) -> Session:
    """A session of ``user`` that is not in the database. Queries nothing.

    Raises ValueError for a user that is not saved.
    """
    if user.pk is None:
        raise ValueError("This user is not saved. Save it before making tokens for it.")
    now = timezone.now()
    return Session(
        user_id=user.pk,
        created_at=now,
        auth_time=now,
        refresh_lifetime=refresh_lifetime,
        expires_at=now + get_settings().SESSION_MAX_AGE,
        password_fingerprint=fingerprint(user),
    )


def insert(session: Session, user: Any, request: Any) -> None:
    """Store a new session, and tell; one that ``get_token`` has stored is brought up to date."""
    is_new = session._state.adding
    persistently(lambda again: _save(session, is_new=is_new, again=again))
    if is_new:
        events.started(session, user, request)


def _save(session: Session, *, is_new: bool, again: bool) -> None:
    alias = lookup.write_alias()
    try:
        session.save(using=alias, force_insert=is_new)
    except IntegrityError:
        same = lookup.sessions().filter(pk=session.pk, secret=session.secret)
        if not (is_new and again and same.exists()):
            raise
        # The first attempt has stored it, and its answer was lost.
        session._state.adding, session._state.db = False, alias


def obtain_serializer(path: str) -> Any:
    """The serializer whose ``get_token`` gives claims: the one a session began with, or else
    the project's."""
    try:
        serializer = resolve_name(path) if path else None
    except (ImportError, AttributeError):
        events.log("serializer_gone", path=path)  # it was renamed since
        serializer = None
    return serializer or get_settings().load("TOKEN_OBTAIN_SERIALIZER")
