"""Which session belongs to a refresh token of Simple JWT? One whose id is derived from the token.

The token is its generation 0, so the same judge decides about duplicates, retries and theft as for
any other session.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from drf_jwt_kit.exceptions import Reason
from drf_jwt_kit.models import Session, database

from . import grant, others, rows
from .account import may_continue
from .life import End
from .presented import Presented


def has_begun(presented: Presented) -> bool:
    """Whether the session of an adopted token is stored, live or ended."""
    return bool(rows.stored().filter(pk=presented.session_id).exists())


def user_to_begin_with(presented: Presented) -> Any:
    """The user of an adopted token whose session has not begun.

    Raises InvalidToken if Simple JWT would refuse the token too: it is on the blacklist, or its
    user may not log in.
    """
    refuse_blacklisted(presented)
    if "act" in presented.claims:  # the session would not say who acts, nor end in half an hour
        rows.refuse(presented, "acted_for", Reason.INVALID)
    user = rows.user_of_other(presented)
    if not may_continue(user):
        rows.refuse(presented, End.USER_INACTIVE.value, final=False)
    return user


def refuse_blacklisted(presented: Presented) -> None:
    """Raise InvalidToken if the token is on Simple JWT's blacklist.

    Also if its session has begun: while a project moves, processes of the old release still log
    users out, and know no session.
    """
    if others.is_blacklisted(presented.jti):
        rows.refuse(presented, "blacklisted")


def session_of(presented: Presented, user: Any) -> Session:
    """A new session for an adopted token, not stored yet."""
    session = grant.new_session(user)
    session.pk = presented.session_id
    grant.logged_in_at(session, presented.auth_time)
    grant.bound(session, grant.Bound(auth_time=presented.auth_time, scope=presented.scope))
    return session


def insert(session: Session) -> bool:
    """Store the session; False if another request with the same token was faster."""
    alias = database.write_alias()
    try:
        with transaction.atomic(using=alias):
            session.save(using=alias, force_insert=True)
    except IntegrityError:
        if rows.find_for_update(session.pk) is None:  # a plain read may show an older state
            raise
        return False
    return True


def remember(presented: Presented) -> None:
    """Store the session of an adopted token that has none, only in order to end it.

    Also for an inactive user, who may become active again while the token is valid, and for one
    who is not there, who may come back under the same name. This is not a login, so no signal is
    sent.
    """
    if not has_begun(presented):
        insert(session_of(presented, rows.find_user(presented.user_id)))
