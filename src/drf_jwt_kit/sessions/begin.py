"""How does a session begin? With its limits, its row and its first tokens, for every login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from drf_jwt_kit.exceptions import NoActiveAccount
from drf_jwt_kit.models import Session

from . import adoption, client, end, events, limits, rows
from .account import may_log_in
from .causal import catch_up
from .claims import Additions, OwnToken, claims_of, own_token
from .faults import persistent, persistently
from .presented import Presented
from .tokens import TokenPair, pair_of

_T = TypeVar("_T")
_LONGEST_SCOPE = 512


@sensitive_variables()
@persistent
def start(
    user: Any,
    request: Request | HttpRequest | None = None,
    *,
    scope: str = "",
    name: str = "",
    token: OwnToken | None = None,
    replaces: str | None = None,
) -> TokenPair:
    """Log in ``user``, whom the caller has authenticated, and answer its tokens.

    ``request`` gives the session its user agent and IP address, and the claims serializer its
    context. ``scope`` is a space-separated list (RFC 6749 section 3.3, at most 512 characters)
    that limits what the access token may do; ``get_token`` may set it on the token instead.
    ``name`` is the user's name for the device. ``token`` is a RefreshToken from ``get_token`` of
    an obtain serializer, whose session is stored. ``replaces`` is the refresh token that the same
    browser held before; its session ends.

    ``SESSION_LIMITS`` decides how long the session may live. One query, those of the claims, and
    one more if the number of sessions is limited. Raises NoActiveAccount if
    ``USER_AUTHENTICATION_RULE`` refuses the user, LimitsError for impossible limits, and
    ServiceUnavailable if the database does not answer.
    """
    own = own_token(user) if token is None else token
    session, added = (rows.new_session(user), Additions()) if own is None else own.handed_over()
    session.scope = scope or session.scope
    session.name = client.storable(name)[:100]
    if len(session.scope) > _LONGEST_SCOPE:
        raise ValueError(f"This scope is longer than {_LONGEST_SCOPE} characters.")

    def write() -> TokenPair:
        claims = claims_of(user, request=request, session=session, added=added)
        return pair_of(session, user, claims, write=added.write)

    return begin(session, user, request, write=write, replaces=replaces)


def begin(
    session: Session,
    user: Any,
    request: Any = None,
    *,
    write: Callable[[], _T],
    store: Callable[[Session], bool] | None = None,
    replaces: str | None = None,
) -> _T:
    """Store a new session, send the signal, end the user's excess sessions; answers ``write()``.

    ``write`` is called before anything is stored, so that failing claims begin no session.
    ``store`` answers whether this call has stored the session, because another may be faster.
    Raises NoActiveAccount, LimitsError and ServiceUnavailable, as ``start`` does.
    """
    if not may_log_in(user):
        raise NoActiveAccount
    client.describe(session, request)
    imposed = limits.impose(session, user, request)
    written = write()
    if replaces is not None:  # before sessions are counted, or the limit would end one more
        end.replace(replaces)
    is_new = session._state.adding
    if store is None:
        persistently(lambda again: _store(session, is_new=is_new, again=again))
    elif not store(session):
        return written
    if is_new:
        events.started(session, user, request)
    limits.end_excess(session, user, imposed.max_sessions)
    return written


@dataclass(frozen=True)
class PlainLogin:
    """What a login is begun with whose obtain serializer has no ``get_token`` of its own."""

    session: Session

    def handed_over(self) -> tuple[Session, Additions]:
        """The session, and nothing that is added to its tokens."""
        return self.session, Additions()


@persistent
def rename(session_id: UUID, user: Any, name: str) -> Session | None:
    """Give a live session of ``user`` this name; None if the user has no such session."""
    session = rows.live_session(user, session_id)
    if session is None and catch_up():
        session = rows.live_session(user, session_id)
    if session is not None:
        session.name = name
        session.save(update_fields=["name"])
    return session


def begin_adopted(presented: Presented, request: Any) -> None:
    """Begin the session of a refresh token of Simple JWT, as a login does, unless it has begun.

    Raises InvalidToken if Simple JWT would refuse the token too.
    """
    if not adoption.has_begun(presented):
        user = adoption.user_to_begin_with(presented)
        session = adoption.session_of(presented, user)
        begin(session, user, request, write=lambda: None, store=adoption.insert)


def _store(session: Session, *, is_new: bool, again: bool) -> None:
    """Insert the row, or update it if it is stored already."""
    alias = rows.write_alias()
    try:
        session.save(using=alias, force_insert=is_new)
    except IntegrityError:
        same = rows.stored().filter(pk=session.pk, secret=session.secret)
        if not (is_new and again and same.exists()):
            raise
        # The first attempt has stored it, and its answer was lost.
        session._state.adding, session._state.db = False, alias
