"""How is a session refreshed? Reads its row, asks the judge, writes, answers the next tokens.

Source: RFC 9700 section 4.14.2. Decides nothing itself: see ``life.judge``.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from drf_jwt_kit.conf import KitSettings, get_settings
from drf_jwt_kit.conf.asking import for_its_request
from drf_jwt_kit.conf.moments import as_local, aware, now
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import RevokedReason, Session, statements

from . import bound, duplicates, end, events, grant, rows
from .account import end_of_account, fingerprint, user_id_of
from .adopted import begin_adopted
from .causal import catch_up
from .claims import additions_at_refresh
from .faults import RowChanged, persistently
from .life import Proof, Use, Verdict, carried_on, judge, marked
from .presented import REFRESH, Origin, Presented, TokenOfAFace, is_genuine, presented_of, read
from .tokens import NO_ADDITIONS, TokenPair, claims_of, pair_of

_SHORTEST_RETRY_KEY = 16
"""Characters. A shorter one can be guessed, and counts as none."""
_ADVANCING = (
    *("generation", "rotated_at", "rotated_before", "last_used_at"),
    *("retry_key_hash", "password_fingerprint", "duplicates", "live_until"),
)
_UNCHANGED = (
    *("id", "generation", "password_fingerprint", "duplicates"),
    *("refresh_lifetime", "expires_at"),  # or ``live_until`` could be too early
)
_REASONS = {Verdict.FORGED: Reason.INVALID, Verdict.UNPROVEN: Reason.PROOF_REQUIRED}
"""What the client is told; of any other verdict that the session has ended."""
_OF_THE_USER = (Verdict.USER_GONE, Verdict.USER_INACTIVE, Verdict.PASSWORD_CHANGED)
_ENDS_THE_SESSION = {verdict.value: verdict for verdict in (Verdict.REUSED, *_OF_THE_USER)}
"""By the reason that is stored."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a client has sent beside its refresh token."""

    key_hash: str = ""
    """Of its retry key."""
    scope: str = ""
    proof: str | None = field(default=None, repr=False)

    def proof_of(self, session: Session, token: Presented) -> Proof:
        """What it proves that has sent ``token``."""
        if self.proof is None and not session.bound_key:
            return Proof.UNASKED
        return bound.proof_of(session, token.gen, self.proof)


@dataclass
class _Lost:
    """What this request may have written in an attempt whose answer was lost."""

    at: datetime
    """When its end would be."""
    ended: bool = False
    advanced: bool = False

    def wrote_the_end(self, session: Session) -> bool:
        """Whether the end of ``session`` is its own. It is never before the last use."""
        if not self.ended or session.revoked_at is None:
            return False
        last_use = aware(session.last_used_at or session.created_at)
        return aware(session.revoked_at) == max(self.at, last_use)


@sensitive_variables()
@for_its_request
def refresh(
    presented: str | bytes | Presented | TokenOfAFace,
    request: Request | HttpRequest | None = None,
    *,
    retry_key: str = "",
    scope: str = "",
    proof: str | None = None,
) -> TokenPair:
    """Answer the next tokens for a refresh token, given as a string or a ``RefreshToken``.

    ``retry_key`` is a random value (the header ``Idempotency-Key``) of at least 16 characters that
    the client stores before the request, and sends again with the same token if the answer is
    lost. ``scope`` is what the access token may do of what is granted; the session keeps that.
    ``proof`` is what the browser of a bound session has signed; with one, only a bound session is
    refreshed. Two queries, and those of the claims.

    Raises InvalidToken if the token is refused, InvalidScope if nothing of ``scope`` is granted,
    and ServiceUnavailable if the database does not answer. A reused token has then ended its
    session: inside a transaction of your own, let it commit.
    """
    if isinstance(presented, (str, bytes)):
        token = read(presented, REFRESH)
    else:
        token = presented_of(presented, TokenKind.REFRESH)
    beside = Beside(key_hash=_hash_of(retry_key, token.gen), scope=scope, proof=proof)
    once = partial(_refresh_once, token, request, beside, _Lost(at=now()))
    return persistently(lambda again: once(again=again))


def _refresh_once(
    token: Presented,
    request: Request | HttpRequest | None,
    beside: Beside,
    lost: _Lost,
    *,
    again: bool,
) -> TokenPair:
    if token.origin is Origin.SIMPLE_JWT:
        begin_adopted(token, request)
    session, user = read_row(token, again=again)
    asked = now()
    use = use_of(token, session, user, beside)
    verdict = verdict_of(session, user, use, asked)
    if verdict is Verdict.REVOKED and lost.wrote_the_end(session):
        verdict = _ENDS_THE_SESSION.get(session.revoked_reason, verdict)
    if not verdict.accepts:
        if _ends(verdict, session, lost) and verdict is Verdict.REUSED:
            events.reused(session, user, token.gen, request)
        if verdict is Verdict.UNPROVEN:
            events.unproven(session, user, use.proof.value, request)
        _refuse(verdict, token, session)
    added = additions_at_refresh(session, user) if _may_have_own_token(session) else NO_ADDITIONS
    narrowed = grant.asked(session, beside.scope) if beside.scope else None
    unchanged = {name: getattr(session, name) for name in _UNCHANGED}
    if get_settings().DEVICE_BOUND:
        unchanged["bound_key"] = session.bound_key
    before = None if verdict is Verdict.ROTATE else copy.copy(session)
    if verdict.advances:
        advance(session, user, as_local(asked), verdict, beside.key_hash)
    # Without rotation, only whoever is behind from before that was set needs another token.
    rotates = get_settings().ROTATE_REFRESH_TOKENS or token.gen != session.generation
    # The tokens are made before anything is stored, so that failing claims use up no generation.
    claims = claims_of(user, request=request, session=session, added=added)
    pair = pair_of(session, user, claims, write=added.write, rotates=rotates, scope=narrowed)
    advanced_before = lost.advanced
    if verdict.advances:
        lost.advanced = True
        lost.advanced = store(session, unchanged)
        if not lost.advanced:
            raise RowChanged
    if session.bound_key and not bound.is_offered():
        bound.forget(session)
    if before is not None:
        own = advanced_before and hmac.compare_digest(beside.key_hash, before.retry_key_hash)
        own = own or use.proof is Proof.FITS
        duplicates.found(before, user, request, verdict, own=own)
    if verdict.advances:
        events.refreshed(session, user, request)
    return pair if narrowed is None else replace(pair, scope=narrowed)


def read_row(token: Presented, *, again: bool) -> tuple[Session, Any]:
    """The session of ``token`` and its user; ``again`` means by a locking read.

    Raises InvalidToken if there is no such session.
    """
    found = None if again else rows.find(token.session_id)
    session, user = found or rows.find_again(token.session_id)
    may_lag = session is None or session.generation < token.gen
    if may_lag and catch_up():
        session, user = rows.find_again(token.session_id)
    if session is None:
        rows.refuse(token, "unknown")
    return session, user


def is_of_row(token: Presented, session: Session, user: Any) -> bool:
    """Whether ``token`` was made from the row of ``session``, and names the user of the row."""
    return _names_user(token, session, user) and is_genuine(token, session)


def use_of(token: Presented, session: Session, user: Any, beside: Beside) -> Use:
    """What ``token`` is to its session, with what was sent ``beside`` it."""
    same_key = hmac.compare_digest(beside.key_hash, session.retry_key_hash)
    proof = beside.proof_of(session, token)
    return Use(
        generation=token.gen,
        genuine=is_of_row(token, session, user),
        has_retry_key=bool(beside.key_hash) and same_key,
        proof=proof,
    )


def verdict_of(session: Session, user: Any, use: Use, asked: datetime) -> Verdict:
    """The verdict about a ``use`` of the session at the moment ``asked``."""
    return judge(
        rows.judged_state(session, end_of_account(user, session.password_fingerprint)),
        use,
        now=asked,
        leeway=get_settings().ROTATION_LEEWAY,
    )


def was_replaced(session: Session) -> bool:
    """Whether the browser that had it has logged in anew, and got another token then."""
    return session.revoked_reason == RevokedReason.REPLACED


def _hash_of(retry_key: str, generation: int) -> str:
    """What a row keeps of a retry key: it counts only with the token that it was sent with.

    If the client sends none, a random one is for our own further attempts: with it they get the
    tokens of an attempt whose answer was lost, even if the leeway is zero.
    """
    key = retry_key if len(retry_key.strip()) >= _SHORTEST_RETRY_KEY else secrets.token_hex()
    return hashlib.sha256(f"{generation}:{key}".encode()).hexdigest()


def _names_user(token: Presented, session: Session, user: Any) -> bool:
    """Whether ``token`` names the user of the row. A deleted user is known only by its key."""
    if user is not None:
        return token.user_id == user_id_of(user)
    named_by_key = get_settings().USER_ID_FIELD in {"pk", get_user_model()._meta.pk.name}
    unknown = session.user_id is None or not named_by_key
    return unknown or token.user_id == str(session.user_id)


def advance(session: Session, user: Any, at: datetime, verdict: Verdict, key_hash: str) -> None:
    """Move ``session`` to its next generation; after a ROTATE, only if tokens are rotated."""
    session.last_used_at, session.password_fingerprint = at, fingerprint(user)
    count = session.duplicates
    if verdict is Verdict.COLLECT:  # the key stays, because this answer may be lost as well
        count = marked(count)
    elif get_settings().ROTATE_REFRESH_TOKENS:
        session.retry_key_hash = key_hash
    else:
        return
    session.generation += 1
    session.rotated_before, session.rotated_at = session.rotated_at, at
    session.duplicates = carried_on(count)
    session.live_until = _bound_of(session)


def _bound_of(session: Session) -> datetime:
    """Until when it is live at most, as the index has it: moved once in a refresh lifetime."""
    needed = aware(session.refreshable_until)
    if needed <= aware(session.live_until):
        return session.live_until
    return as_local(min(needed + session.refresh_lifetime, aware(session.expires_at)))


def _may_have_own_token(session: Session) -> bool:
    """Whether the project may have a ``get_token``, or the session a scope that came from there."""
    stored = session.obtain_serializer or session.scope_source
    usual = KitSettings.TOKEN_OBTAIN_SERIALIZER
    return bool(stored) or usual != get_settings().TOKEN_OBTAIN_SERIALIZER


def store(session: Session, unchanged: Mapping[str, Any]) -> bool:
    """Write an advanced session; False if it has ended, or is no longer ``unchanged``."""
    changed = {name: getattr(session, name) for name in _ADVANCING}
    return bool(statements.update(Session, changed, {**unchanged, "revoked_at": None}))


def _ends(verdict: Verdict, session: Session, lost: _Lost) -> bool:
    """End the session if ``verdict`` requires it; True if this request has ended it."""
    if verdict.value not in _ENDS_THE_SESSION:
        return False
    again, lost.ended = lost.ended, True
    ended = end.end(
        rows.stored().filter(pk=session.pk),
        verdict.value,
        session_id=session.pk,
        user_id=session.user_id,
        at=lost.at,
        again=again,
    )
    return ended > 0


def _refuse(verdict: Verdict, token: Presented, session: Session) -> None:
    ahead, unproven = verdict is Verdict.AHEAD, verdict is Verdict.UNPROVEN
    events.refused(token, verdict.value, level=logging.ERROR if ahead else logging.INFO)
    reason = _REASONS.get(verdict, Reason.SESSION_ENDED)
    raise InvalidToken(reason, final=not (ahead or unproven or was_replaced(session)))
