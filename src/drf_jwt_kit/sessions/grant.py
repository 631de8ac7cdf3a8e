"""How much may the tokens of a session do? At most what they could at the login, and less later.

A scope is authority, so it is computed at every refresh, as claims are. The stored scope stays: it
is the upper bound.
"""

from __future__ import annotations

from uuid import UUID

from drf_jwt_kit.models import Session
from drf_jwt_kit.scopes import within

from . import rows

GIVEN = "given"
"""The scope was given to ``sessions.start``, or set on a token of ``RefreshToken.for_user``."""

COMPUTED = "computed"
"""The scope came from a project's ``get_token``."""

_LONGEST = 512


def limit(session: Session, scope: str, source: str) -> None:
    """Limit a session that has not begun to ``scope``, and to what it is limited to already.

    Raises ValueError for a scope that is too long.
    """
    if len(scope) > _LONGEST:
        raise ValueError(f"This scope is longer than {_LONGEST} characters.")
    session.scope = within(scope, session.scope) if session.scope_source else scope
    session.scope_source = source


def bound(session: Session, scope: str) -> None:
    """Limit it to the scope of the token that it begins with."""
    limit(session, _fitting(scope), session.scope_source or GIVEN)


def serializer_of(parent: UUID) -> str:
    """The path of the obtain serializer that computes the scope of a parent. One query."""
    found = rows.stored().filter(pk=parent).values_list("obtain_serializer", flat=True)
    return found.first() or ""


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


def _fitting(scope: str) -> str:
    """As many words of ``scope`` as can be stored."""
    fits = scope[: _LONGEST + 1]
    return scope if len(scope) <= _LONGEST else fits[: fits.rfind(" ") + 1].rstrip()
