"""How does a session go on? Reads its row, asks the judge, writes, answers the next tokens.

Source: RFC 9700 section 4.14.2. The decision itself is ``rotation.judge``.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import Reason
from drf_jwt_kit.tokens import RefreshToken
from drf_jwt_kit.tokens.claims import serializer_claims
from drf_jwt_kit.tokens.token import RefusedToken, user_id_of

from . import adoption, client, ending, events, limits, lookup
from .account import account_of, fingerprint
from .faults import RowChanged, persistent, persistently
from .rotation import Presented, SessionState, Verdict, judge
from .starting import TokenPair, obtain_serializer

if TYPE_CHECKING:
    from datetime import datetime

    from rest_framework.request import Request

    from drf_jwt_kit.models import Session


@sensitive_variables()
def refresh(
    presented: str | RefreshToken, request: Request | None = None, *, retry_key: str = ""
) -> TokenPair:
    """Answer the tokens that follow the presented refresh token.

    ``retry_key`` is a random value (the header ``Idempotency-Key``) that the client stores
    before it asks and sends again if the answer is lost. Two queries, and what the claims
    need.

    Raises InvalidToken where the token is refused, and ServiceUnavailable where the database
    cannot be asked. A reused token has ended its session by then: inside a transaction of
    your own, let it commit.
    """
    token = presented if isinstance(presented, RefreshToken) else RefreshToken(presented)
    # Without a retry key of the client's, one that only our own further attempts know: they
    # collect what an attempt has written whose answer was lost, even where the leeway is zero.
    key_hash = hashlib.sha256((retry_key or secrets.token_hex()).encode()).hexdigest()
    end = _End(at=timezone.now())
    return persistently(lambda again: _refresh_once(token, request, key_hash, end, again=again))


@dataclass
class _End:
    """How a request knows the end that one of its own attempts has written, its answer lost."""

    at: datetime
    tried: bool = False


@persistent
def would_refresh(token: RefreshToken) -> None:
    """Raise InvalidToken where refreshing with a verified token would. Writes nothing."""
    if token.adopted and not adoption.has_begun(token):
        adoption.user_to_begin_with(token)
        return
    session, user = _read(token, again=False)
    if not _judge(token, session, user, "", timezone.now()).accepts:
        raise RefusedToken(Reason.SESSION_ENDED)


def _refresh_once(
    token: RefreshToken, request: Request | None, key_hash: str, end: _End, *, again: bool
) -> TokenPair:
    if token.adopted:
        _begin(token, request)
    session, user = _read(token, again=again)
    now = timezone.now()
    verdict = _judge(token, session, user, key_hash, now)
    if verdict is Verdict.REVOKED and end.tried and session.revoked_at == end.at:
        verdict = _ENDS_THE_SESSION.get(session.revoked_reason, verdict)
    if not verdict.accepts:
        if _ends(verdict, session, end) and verdict is Verdict.REUSED:
            events.reused(session, user, token.generation, request)
        _refuse(verdict, token)
    template = obtain_serializer(session.obtain_serializer).get_token(user)
    claims = {**serializer_claims(user, request=request, session=session), **template.own_claims}
    rotates = get_settings().ROTATE_REFRESH_TOKENS
    before = copy.copy(session)
    if verdict is Verdict.ROTATE:
        _advance(session, user, now, key_hash if rotates else None)
    # Written out before anything is stored, so that claims which fail cost no generation.
    following = type(template).of(session, user)
    access = str(following.access_with(claims))
    pair = TokenPair(access=access, refresh=str(following) if rotates else None)
    if verdict is Verdict.ROTATE:
        if not _store(session, before):
            raise RowChanged
        events.refreshed(session, user, request)
    else:
        events.duplicate(session, user, verdict.value)
    return pair


def _begin(token: RefreshToken, request: Any) -> None:
    """Store the session of an adopted ``token``, as of a login, unless it has begun."""
    begun = adoption.first_session(token)
    if begun is None:
        return
    session, user = begun
    client.describe(session, request)
    most = limits.impose(session, user, request)
    if adoption.insert(session, user, request):
        limits.end_excess(session, user, most)


def _read(token: RefreshToken, *, again: bool) -> tuple[Session, Any]:
    found = lookup.find(token.session_id)
    session, user = found if found is not None else (None, None)
    if session is None or again:
        session = lookup.find_for_update(token.session_id)
    if session is None:
        events.refused(token, "unknown")
        raise RefusedToken(Reason.SESSION_ENDED)
    return session, user


def _judge(
    token: RefreshToken, session: Session, user: Any, key_hash: str, now: datetime
) -> Verdict:
    settings = get_settings()
    same_key = hmac.compare_digest(key_hash, session.retry_key_hash)
    return judge(
        SessionState(
            generation=session.generation,
            rotated_at=session.rotated_at,
            refreshable_until=session.refreshable_until,
            revoked=session.revoked_at is not None,
            cut_off=lookup.was_cut_off(session),
            account=account_of(user, session.password_fingerprint),
        ),
        Presented(
            generation=token.generation,
            genuine=_names_user(token, session, user) and ending.is_genuine(token, session),
            has_retry_key=bool(key_hash) and same_key,
        ),
        now=now,
        leeway=settings.ROTATION_LEEWAY,
        retry_window=settings.ACCESS_TOKEN_LIFETIME,
    )


def _names_user(token: RefreshToken, session: Session, user: Any) -> bool:
    """Whether ``token`` names the user of the row; of one that is gone, its key alone is left."""
    if user is not None:
        return token.user_id == user_id_of(user)
    named_by_key = get_settings().USER_ID_FIELD in {"pk", get_user_model()._meta.pk.name}
    unknown = session.user_id is None or not named_by_key
    return unknown or token.user_id == str(session.user_id)


def _advance(session: Session, user: Any, now: datetime, key_hash: str | None) -> None:
    """Make ``session`` its next generation; the same one where ``key_hash`` is None."""
    session.last_used_at, session.password_fingerprint = now, fingerprint(user)
    if key_hash is not None:
        session.generation += 1
        session.rotated_at, session.retry_key_hash = now, key_hash


def _store(session: Session, before: Session) -> bool:
    """Write an advanced session, if the row is still what it was ``before``."""
    row = lookup.sessions().filter(
        pk=before.pk,
        generation=before.generation,
        password_fingerprint=before.password_fingerprint,
        revoked_at=None,
    )
    return bool(row.update(**{name: getattr(session, name) for name in _ADVANCING}))


_ADVANCING = (
    "generation",
    "rotated_at",
    "last_used_at",
    "retry_key_hash",
    "password_fingerprint",
)


def _ends(verdict: Verdict, session: Session, end: _End) -> bool:
    """End the session where ``verdict`` asks for that; whether this request has done it."""
    if verdict.value not in _ENDS_THE_SESSION:
        return False
    again, end.tried = end.tried, True
    ended = ending.end(
        lookup.sessions().filter(pk=session.pk),
        verdict.value,
        session_id=session.pk,
        user_id=session.user_id,
        at=end.at,
        again=again,
    )
    return ended > 0


def _refuse(verdict: Verdict, token: RefreshToken) -> NoReturn:
    level = logging.ERROR if verdict is Verdict.AHEAD else logging.INFO
    events.refused(token, verdict.value, level=level)
    raise RefusedToken(Reason.INVALID if verdict is Verdict.FORGED else Reason.SESSION_ENDED)


_ENDS_THE_SESSION = {
    verdict.value: verdict
    for verdict in (
        Verdict.REUSED,
        Verdict.USER_GONE,
        Verdict.USER_INACTIVE,
        Verdict.PASSWORD_CHANGED,
    )
}
"""By the reason that is stored."""
