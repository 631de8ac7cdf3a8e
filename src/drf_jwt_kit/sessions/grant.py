"""What may a session do, and how long? At most what it could at the login, and less later.

A scope is authority, so it is computed at every refresh, as claims are. The stored scope stays: it
is the upper bound.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import uuid4

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import as_local, epoch, now
from drf_jwt_kit.exceptions import DataNotKept, InvalidScope
from drf_jwt_kit.models import Session, login_data, new_secret
from drf_jwt_kit.scopes import within

from . import rows
from .account import fingerprint
from .events import log
from .presented import Origin, Presented

GIVEN = "given"
"""The scope was given to ``sessions.start``, or set on a token of ``RefreshToken.for_user``."""

COMPUTED = "computed"
"""The scope came from a project's ``get_token``, and is computed again at every refresh."""

_OF_THE_PROOF = ("acr", "amr")
_LONGEST = 512


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What a session begun with a token may have at most."""

    auth_time: int
    """When the user of the token logged in (epoch seconds)."""
    scope: str | None
    source: str = ""
    """Where the scope came from; empty if that is not stored."""
    obtain_serializer: str = ""
    """The path of the obtain serializer of the token's session."""

    @property
    def lacks_source(self) -> bool:
        """Whether only the project's ``get_token`` can tell where the scope came from."""
        return self.scope is not None and not self.source


def new_session(
    user: Any, refresh_lifetime: timedelta | None = None, obtain_serializer: str = ""
) -> Session:
    """A session of ``user`` that is not in the database. Queries nothing.

    Without a user (None) it has ended. Raises ValueError for a user that is not saved.
    """
    if user is not None and user.pk is None:
        raise ValueError("This user is not saved. Save it before making tokens for it.")
    begun = now()
    columns = {
        **_unset(),
        "id": uuid4(),
        "secret": new_secret(),
        "user_id": None if user is None else user.pk,
        "created_at": as_local(begun),
        "auth_time": as_local(begun),
        "refresh_lifetime": refresh_lifetime or get_settings().REFRESH_TOKEN_LIFETIME,
        "expires_at": as_local(begun + get_settings().SESSION_MAX_AGE),
        "password_fingerprint": fingerprint(user),
        "obtain_serializer": obtain_serializer,
        "data": {},
    }
    # By place: given names, Django asks each field that has none for its default.
    return Session(*columns.values())  # type: ignore[misc]  # its stubs know names alone


def limit(session: Session, scope: str, source: str) -> None:
    """Limit a session that has not begun to ``scope``, and to what it is limited to already.

    Raises ValueError for a scope that is too long.
    """
    if len(scope) > _LONGEST:
        raise ValueError(f"This scope is longer than {_LONGEST} characters.")
    session.scope = within(scope, session.scope) if session.scope_source else scope
    session.scope_source = COMPUTED if session.scope_source == COMPUTED else source


def asked(session: Session, scope: str) -> str | None:
    """What of ``scope``, for which a client asks, its tokens may have; None if it asks for nothing.

    Where no scope is granted there is none to ask for: a view that requires one refuses a token
    without. Raises InvalidScope if nothing is left. Source: RFC 6749 sections 3.3 and 6.
    """
    words = " ".join(dict.fromkeys(scope.split()))
    if not words:
        return None
    left = within(words, session.scope if session.scope_source else "")
    if not left:
        raise InvalidScope
    return left


def proof_in(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a login's ``data`` says how the user has proved who it is.

    Source: OpenID Connect Core 1.0 section 2.
    """
    return {name: data[name] for name in _OF_THE_PROOF if name in data}


def remember(session: Session, data: Mapping[str, Any]) -> None:
    """Let ``data`` be kept with the login. Raises TypeError for what has no form in JSON, and
    DataNotKept."""
    try:
        session.data = login_data.checked(data)
    except ValueError as refusal:
        log("data_not_kept", level=logging.WARNING, why=refusal)
        raise DataNotKept(str(refusal)) from refusal


def bound(session: Session, most: Bound) -> None:
    """Limit it to the scope of the token that it begins with, and make it no younger a login.

    A scope that was computed stays computed: by the session's own obtain serializer if that has
    computed one, and else by that of the token's session. That may also give one later.
    """
    if most.auth_time < epoch(session.auth_time):
        logged_in_at(session, most.auth_time)
    session.obtain_serializer = session.obtain_serializer or most.obtain_serializer
    if most.scope is None:
        return
    if most.source == COMPUTED and session.scope_source != COMPUTED:
        session.obtain_serializer = most.obtain_serializer
    limit(session, _fitting(most.scope), most.source or GIVEN)


def bound_of(token: Presented) -> Bound:
    """What a session begun with ``token`` may have at most. One query if it has a session."""
    source, path = GIVEN if token.origin is Origin.JWK_URL else "", ""
    if token.sid is not None:
        stored = rows.stored().filter(pk=token.sid)
        found = stored.values_list("scope_source", "obtain_serializer").first()
        source, path = found or (source, path)
    return Bound(
        auth_time=token.auth_time, scope=token.scope, source=source, obtain_serializer=path
    )


def logged_in_at(session: Session, auth_time: int) -> None:
    """Let the login of a session that has not begun be at this time (epoch seconds)."""
    session.auth_time = as_local(datetime.fromtimestamp(auth_time, timezone.utc))


def narrow(session: Session, computed: str | None) -> None:
    """Give a session that was read the scope of this moment; nothing of it is stored.

    ``computed`` is what ``get_token`` says now, or None. A scope that came from there needs it
    again; one that was given stays without it. What had no scope has the one that is computed now.
    """
    if computed is None:
        if session.scope_source == COMPUTED:
            session.scope = ""
    else:
        session.scope = within(session.scope, computed) if session.scope_source else computed
        session.scope_source = session.scope_source or COMPUTED


@cache
def _unset() -> dict[str, Any]:
    """The columns of a session in their order, with what they hold where nobody says anything.

    None where that differs each time: no row can be stored with it.
    """
    fields = Session._meta.concrete_fields
    made = {one.attname for one in fields if one.has_default() and callable(one.default)}
    return {one.attname: None if one.attname in made else one.get_default() for one in fields}


def _fitting(scope: str) -> str:
    """As many words of ``scope`` as can be stored."""
    fits = scope[: _LONGEST + 1]
    return scope if len(scope) <= _LONGEST else fits[: fits.rfind(" ") + 1].rstrip()
