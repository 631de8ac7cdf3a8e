"""How is a session bound to a key of its device, and let go again? Reads its row as a refresh does.

Decides who may bind it: the one browser that was answered its newest token. See ``bound`` for what
a challenge is.
"""

from __future__ import annotations

from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.possession import challenge_in, key_in
from drf_jwt_kit.models import Session

from . import bound, events, rows
from .faults import RowChanged, persistently
from .life import is_doubled
from .presented import REFRESH, Presented, read
from .refresh import is_of_row, read_row


@sensitive_variables()
def bind(refresh_token: str, proof: str) -> None:
    """Bind the session of ``refresh_token`` to the key that ``proof`` brings. Two queries.

    Raises InvalidToken if the token is not the newest of a live session, if its answer was given
    twice, so that somebody else may hold it as well, if the session is bound to another key, or if
    ``proof`` does not answer the challenge that came with this token; and ServiceUnavailable.
    """
    token = read(refresh_token, REFRESH)
    jwk = key_in(proof)
    if not bound.answers_offer(challenge_in(proof, jwk), token.jti):
        raise InvalidToken(Reason.INVALID)
    persistently(lambda again: _bind_once(token, jwk, again=again))


@sensitive_variables()
def is_bound(refresh_token: str) -> bool:
    """Whether the session of ``refresh_token`` is bound by whoever has had this token. One query.

    A token of before the binding is not told so: its page then refreshes, and that is how a thief
    who has bound the session is found. Raises InvalidToken if it is not live.
    """
    token, session = _read(refresh_token)
    return bound.is_required(session) and token.gen >= (session.bound_since or 0)


@sensitive_variables()
def let_go(refresh_token: str) -> None:
    """Forget the key of a session whose browser is told to stop: it may be refreshed next where
    proofs are asked already, or still. One query, and one more if it was bound.

    Raises InvalidToken if it is not live, and ServiceUnavailable.
    """
    token, session = _read(refresh_token)
    if session.bound_key and session.generation == token.gen:
        bound.forget(session)


def _read(refresh_token: str) -> tuple[Presented, Session]:
    token = read(refresh_token, REFRESH)
    return token, persistently(lambda again: _live_session(token, again=again))


def _bind_once(token: Presented, jwk: str, *, again: bool) -> None:
    session = _live_session(token, again=again)
    if session.bound_key == jwk:
        return  # the browser asks once more
    if session.bound_key or session.generation != token.gen or is_doubled(session.duplicates):
        rows.refuse(token, "not_bound", Reason.INVALID)
    same = {"generation": token.gen, "duplicates": session.duplicates, "bound_key": ""}
    row = rows.stored().filter(pk=session.pk, revoked_at=None, **same)
    if not row.update(bound_key=jwk, bound_since=token.gen):
        raise RowChanged
    events.bound(session)


def _live_session(token: Presented, *, again: bool) -> Session:
    session, user = read_row(token, again=again)
    if not is_of_row(token, session, user):
        rows.refuse(token, "forged", Reason.INVALID)
    end = rows.end_of_session(session, user)
    if end is not None:
        rows.refuse(token, end.value)
    return session
