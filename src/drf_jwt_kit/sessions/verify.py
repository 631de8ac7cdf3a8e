"""Would a refresh token be accepted, or has another one come after it? Never writes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import CLOCKS_DIFFER, TokenKind

from . import adoption, rows
from .account import NOT_A_KEY, users
from .causal import catch_up
from .devices import BEGUN
from .faults import persistent
from .life import Verdict
from .presented import REFRESH, Origin, Presented, TokenOfAFace, presented_of, read
from .refresh import Beside, read_row, use_of, verdict_of, was_replaced

_ON_ITS_WAY = timedelta(days=1)
"""For longer, no request waits. The cookies of another browser, whose user has logged in elsewhere
since, are cleared once that is so long ago."""

_GOES_ON = {Verdict.AHEAD, Verdict.REUSED, Verdict.UNPROVEN}
"""The verdicts about a token whose session is live."""


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
    use = use_of(presented, session, user, Beside())
    verdict = verdict_of(session, user, use, now())
    if verdict.accepts or (any_generation and verdict in _GOES_ON):
        return
    if verdict is Verdict.UNPROVEN:
        raise InvalidToken(Reason.PROOF_REQUIRED, final=False)
    raise InvalidToken(Reason.SESSION_ENDED)


@persistent
def is_superseded(presented: str | bytes, *, expired: bool) -> bool:
    """Whether a browser that sent this refused refresh token may have another one by now.

    It may if its user has logged in since, and that session is live: one query. If the token is
    refused because it has ``expired``, also if its session goes on, by a later token, or if another
    login has replaced it: one more. A token that is not ours asks nothing, and is refused for good
    unless that may pass.
    """
    try:
        token = read(presented, REFRESH, accept_expired=True)
    except InvalidToken as refusal:
        return not refusal.final
    return (expired and _goes_on(token)) or _has_logged_in_since(token)


def _goes_on(token: Presented) -> bool:
    found = rows.find(token.session_id)
    if found is None:
        return False
    session, user = found
    return was_replaced(session) or rows.end_of_session(session, user) is None


def _has_logged_in_since(token: Presented) -> bool:
    """Whether the user of ``token`` has a live session, as far as the table knows, that was begun
    after it. Goes by its claims: the row of its own session may have been flushed."""
    made = int(token.claims.get("iat", 0)) - CLOCKS_DIFFER.total_seconds()
    since = datetime.fromtimestamp(max(made, (now() - _ON_ITS_WAY).timestamp()), timezone.utc)
    others = rows.stored().live().exclude(pk=token.session_id)
    try:
        named = users().filter(**{get_settings().USER_ID_FIELD: token.user_id})
        keys = named.values_list("pk", flat=True)
        in_reach = keys if keys.db == others.db else [*keys]
        later = others.alias(begun=BEGUN).filter(user_id__in=in_reach, begun__gte=since)
        return later.exists() or (catch_up() and later.exists())
    except NOT_A_KEY:
        return False
