"""Would a refresh token be accepted, or has another one come after it? Never writes."""

from __future__ import annotations

from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind

from . import adoption, rows
from .faults import persistent
from .life import Verdict
from .presented import REFRESH, Origin, Presented, TokenOfAFace, presented_of, read
from .refresh import read_row, verdict_of, was_replaced


@persistent
def would_refresh(token: Presented | TokenOfAFace, *, any_generation: bool = False) -> None:
    """Raise InvalidToken if a refresh with this ``RefreshToken`` would. Writes nothing.

    With ``any_generation``, only if its session has ended.
    """
    presented = presented_of(token, TokenKind.REFRESH)
    if presented.origin is Origin.SIMPLE_JWT:
        if not adoption.has_begun(presented):
            adoption.user_to_begin_with(presented)
            return
        adoption.refuse_blacklisted(presented)
    session, user = read_row(presented, again=False)
    verdict = verdict_of(presented, session, user, "", now())
    lives = any_generation and verdict in {Verdict.AHEAD, Verdict.REUSED}
    if not (verdict.accepts or lives):
        raise InvalidToken(Reason.SESSION_ENDED)


@persistent
def is_superseded(presented: str | bytes) -> bool:
    """Whether a browser that sent this expired refresh token may have another one by now.

    It does if the session goes on, by a later token, or if another login has replaced it. One
    query. It does not if the token is refused for more than its age, unless that may pass.
    """
    try:
        token = read(presented, REFRESH, accept_expired=True)
    except InvalidToken as refusal:
        return not refusal.final
    found = rows.find(token.session_id)
    if found is None:
        return False
    session, user = found
    return was_replaced(session) or rows.end_of_session(session, user) is None
