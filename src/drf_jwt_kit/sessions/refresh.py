"""How is a session refreshed? Reads its row, asks the judge, writes, answers the next tokens.

Source: RFC 9700 section 4.14.2. Decides nothing itself: see ``life.judge``.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import aware
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Session

from . import adoption, end, events, rows
from .account import end_of_account, fingerprint, user_id_of
from .begin import begin_adopted
from .causal import catch_up
from .claims import additions_at_refresh, claims_of
from .faults import RowChanged, persistent, persistently
from .life import Use, Verdict, judge
from .presented import Origin, Presented, TokenOfAFace, is_genuine, presented_of, read
from .tokens import TokenPair, pair_of

_REFRESH = frozenset({TokenKind.REFRESH})
_ADVANCING = ("generation", "rotated_at", "last_used_at", "retry_key_hash", "password_fingerprint")
_OF_THE_USER = (Verdict.USER_GONE, Verdict.USER_INACTIVE, Verdict.PASSWORD_CHANGED)
_ENDS_THE_SESSION = {verdict.value: verdict for verdict in (Verdict.REUSED, *_OF_THE_USER)}
"""By the reason that is stored."""


@dataclass
class _End:
    """The end that this request may have written in an attempt whose answer was lost."""

    at: datetime
    tried: bool = False


@sensitive_variables()
def refresh(
    presented: str | bytes | Presented | TokenOfAFace,
    request: Request | HttpRequest | None = None,
    *,
    retry_key: str = "",
) -> TokenPair:
    """Answer the next tokens for a refresh token, given as a string or a ``RefreshToken``.

    ``retry_key`` is a random value (the header ``Idempotency-Key``) that the client stores before
    the request and sends again if the answer is lost. Two queries, and those of the claims.

    Raises InvalidToken if the token is refused, and ServiceUnavailable if the database does not
    answer. A reused token has then ended its session: inside a transaction of your own, let it
    commit.
    """
    if isinstance(presented, (str, bytes)):
        token = read(presented, _REFRESH)
    else:
        token = presented_of(presented, TokenKind.REFRESH)
    # If the client sends no retry key, this one is for our own further attempts: with it they get
    # the tokens of an attempt whose answer was lost, even if the leeway is zero.
    key_hash = hashlib.sha256((retry_key or secrets.token_hex()).encode()).hexdigest()
    own_end = _End(at=timezone.now())
    return persistently(lambda again: _refresh_once(token, request, key_hash, own_end, again=again))


@persistent
def would_refresh(token: Presented | TokenOfAFace, *, any_generation: bool = False) -> None:
    """Raise InvalidToken if a refresh with this ``RefreshToken`` would. Writes nothing.

    With ``any_generation``, only if its session has ended.
    """
    presented = presented_of(token, TokenKind.REFRESH)
    if presented.origin is Origin.SIMPLE_JWT and not adoption.has_begun(presented):
        adoption.user_to_begin_with(presented)
        return
    session, user = _read(presented, again=False)
    verdict = _judge(presented, session, user, "", timezone.now())
    lives = any_generation and verdict in {Verdict.AHEAD, Verdict.REUSED}
    if not (verdict.accepts or lives):
        raise InvalidToken(Reason.SESSION_ENDED)


def _refresh_once(
    token: Presented,
    request: Request | HttpRequest | None,
    key_hash: str,
    own_end: _End,
    *,
    again: bool,
) -> TokenPair:
    if token.origin is Origin.SIMPLE_JWT:
        begin_adopted(token, request)
    session, user = _read(token, again=again)
    now = timezone.now()
    verdict = _judge(token, session, user, key_hash, now)
    if verdict is Verdict.REVOKED and own_end.tried and session.revoked_at == own_end.at:
        verdict = _ENDS_THE_SESSION.get(session.revoked_reason, verdict)
    if not verdict.accepts:
        if _ends(verdict, session, own_end) and verdict is Verdict.REUSED:
            events.reused(session, user, token.gen, request)
        _refuse(verdict, token)
    added = additions_at_refresh(session, user)
    rotates = get_settings().ROTATE_REFRESH_TOKENS
    before = copy.copy(session)
    if verdict is Verdict.ROTATE:
        _advance(session, user, now, key_hash if rotates else None)
    # The tokens are made before anything is stored, so that failing claims use up no generation.
    claims = claims_of(user, request=request, session=session, added=added)
    pair = pair_of(session, user, claims, write=added.write, rotates=rotates)
    if verdict is not Verdict.ROTATE:
        events.log("duplicate", session=session.pk, user=user.pk, verdict=verdict.value)
        return pair
    if not _store(session, before):
        raise RowChanged
    events.refreshed(session, user, request)
    return pair


def _read(token: Presented, *, again: bool) -> tuple[Session, Any]:
    found = None if again else rows.find(token.session_id)
    session, user = found or rows.find_again(token.session_id)
    may_lag = session is None or session.generation < token.gen
    if may_lag and catch_up():
        session, user = rows.find_again(token.session_id)
    if session is None:
        rows.refuse(token, "unknown")
    return session, user


def _judge(token: Presented, session: Session, user: Any, key_hash: str, now: datetime) -> Verdict:
    settings = get_settings()
    same_key = hmac.compare_digest(key_hash, session.retry_key_hash)
    return judge(
        rows.judged_state(session, end_of_account(user, session.password_fingerprint)),
        Use(
            generation=token.gen,
            genuine=_names_user(token, session, user) and is_genuine(token, session),
            has_retry_key=bool(key_hash) and same_key,
        ),
        now=aware(now),
        leeway=settings.ROTATION_LEEWAY,
        retry_window=settings.ACCESS_TOKEN_LIFETIME,
    )


def _names_user(token: Presented, session: Session, user: Any) -> bool:
    """Whether ``token`` names the user of the row. A deleted user is known only by its key."""
    if user is not None:
        return token.user_id == user_id_of(user)
    named_by_key = get_settings().USER_ID_FIELD in {"pk", get_user_model()._meta.pk.name}
    unknown = session.user_id is None or not named_by_key
    return unknown or token.user_id == str(session.user_id)


def _advance(session: Session, user: Any, now: datetime, key_hash: str | None) -> None:
    """Move ``session`` to its next generation, or keep its generation if ``key_hash`` is None."""
    session.last_used_at, session.password_fingerprint = now, fingerprint(user)
    if key_hash is not None:
        session.generation += 1
        session.rotated_at, session.retry_key_hash = now, key_hash


def _store(session: Session, before: Session) -> bool:
    """Write an advanced session; False if the row has changed since ``before``."""
    row = rows.stored().filter(
        pk=before.pk,
        generation=before.generation,
        password_fingerprint=before.password_fingerprint,
        revoked_at=None,
    )
    return bool(row.update(**{name: getattr(session, name) for name in _ADVANCING}))


def _ends(verdict: Verdict, session: Session, own_end: _End) -> bool:
    """End the session if ``verdict`` requires it; True if this request has ended it."""
    if verdict.value not in _ENDS_THE_SESSION:
        return False
    again, own_end.tried = own_end.tried, True
    ended = end.end(
        rows.stored().filter(pk=session.pk),
        verdict.value,
        session_id=session.pk,
        user_id=session.user_id,
        at=own_end.at,
        again=again,
    )
    return ended > 0


def _refuse(verdict: Verdict, token: Presented) -> None:
    level = logging.ERROR if verdict is Verdict.AHEAD else logging.INFO
    events.refused(token, verdict.value, level=level)
    raise InvalidToken(Reason.INVALID if verdict is Verdict.FORGED else Reason.SESSION_ENDED)
