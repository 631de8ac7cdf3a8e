"""How does the session of a refresh token of Simple JWT begin? At once: a refresh follows."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

from drf_jwt_kit.exceptions import NoActiveAccount

from . import adoption
from .begin import begin
from .claims import additions_at_refresh, source_of_scope
from .presented import Presented
from .tokens import claims_of, pair_of


def begin_adopted(presented: Presented, request: Any) -> None:
    """Begin the session of a refresh token of Simple JWT, as a login does, unless it has begun.

    Asks the claims beforehand, because what they raise must begin nothing. Raises InvalidToken if
    Simple JWT would refuse the token too. If the user has changed meanwhile, the session has ended.
    """
    if adoption.has_begun(presented):
        adoption.refuse_blacklisted(presented)
        return
    user = adoption.user_to_begin_with(presented)
    session = adoption.session_of(presented, user)
    if session.scope_source:
        session.scope_source = source_of_scope(user)

    def write() -> None:
        added = additions_at_refresh(copy.copy(session), user)
        claims = claims_of(user, request=request, session=session, added=added)
        pair_of(copy.copy(session), user, claims, write=added.write)

    with suppress(NoActiveAccount):
        begin(session, user, request, write=write, store=adoption.insert)
