"""What happened to a session? Tells it after the commit, in one log line and in one signal.

How a line looks: see ``logs``. Never a token, key or password.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import router, transaction
from django.dispatch import Signal

from drf_jwt_kit import logs, signals
from drf_jwt_kit.conf.moments import aware
from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.models import Session

from .life import Verdict
from .presented import Presented

log = logs.log


def started(session: Session, user: Any, request: Any) -> None:
    """A session was started."""
    _log_after_commit("started", session=session.pk, user=user.pk)
    if session.actor:
        _acting_started(session, user)
    _tell(signals.session_started, session=session, user=user, request=request)


def _acting_started(session: Session, user: Any) -> None:
    _log_after_commit(
        "acting_started",
        session=session.pk,
        user=user.pk,
        actor=session.actor,
        reason=session.actor_reason,
        until=aware(session.expires_at).isoformat(timespec="seconds"),
    )


def acting_ended(token: Presented, actor: object) -> None:
    """Whoever acted as a user has logged out."""
    _log_after_commit("acting_ended", session=token.sid, user=token.user_id, actor=actor)


def refreshed(session: Session, user: Any, request: Any) -> None:
    """A session was refreshed; without rotation, in the same generation."""
    facts = {"session_id": session.pk, "user": user, "generation": session.generation}
    _log_after_commit("refreshed", session=session.pk, user=user.pk, generation=session.generation)
    _tell(signals.session_refreshed, **facts, request=request)


def reused(session: Session, user: Any, presented: int, request: Any) -> None:
    """An old refresh token was used again, and its session was ended."""
    generations = {"presented": presented, "stored": session.generation}
    who = {"session": session.pk, "user": session.user_id}
    _log_after_commit("reused", level=logging.WARNING, **who, **generations)
    facts = {"session_id": session.pk, "user": user, **generations}
    _tell(signals.refresh_reused, **facts, request=request)


def followed(session: Session, user: Any, request: Any) -> None:
    """Somebody refreshes right after each refresh of the session. It goes on."""
    generation = session.generation
    named = {"session": session.pk, "user": user.pk, "generation": generation}
    _log_after_commit("refresh_followed", level=logging.WARNING, **named)
    facts = {"session_id": session.pk, "user": user, "generation": generation}
    _tell(signals.refresh_followed, **facts, request=request)


def bound(session: Session) -> None:
    """A session was bound to a key of its device."""
    _log_after_commit("bound", session=session.pk, user=session.user_id)


def unproven(session: Session, user: Any, proof: str, request: Any) -> None:
    """Somebody without the key of its device has presented a token of a session. It goes on."""
    log("refresh_unproven", level=logging.WARNING, session=session.pk, user=user.pk, proof=proof)
    facts = {"session_id": session.pk, "user": user, "proof": proof}
    signals.refresh_unproven.send_robust(Session, **facts, request=request)


def repeated(session: Session, user: Any, verdict: Verdict, request: Any) -> None:
    """A refresh was answered that had been answered before; nothing of it can be rolled back."""
    if verdict.advances:
        log("collected", session=session.pk, user=user.pk)
    else:
        log("duplicate", session=session.pk, user=user.pk, verdict=verdict.value)
    facts = {"session_id": session.pk, "user": user, "verdict": verdict.value}
    signals.refresh_repeated.send_robust(Session, **facts, request=request)


def refused(token: Presented, verdict: str, *, level: int = logging.INFO) -> None:
    """A verified token was refused; ``verdict`` is for the log, and never for the client."""
    kind, sid = token.kind.name.lower(), token.sid or "none"  # Simple JWT's access tokens have none
    log("refused", level=level, token=kind, session=sid, user=token.user_id, verdict=verdict)
    facts = {"session_id": token.sid, "user_id": token.user_id, "verdict": verdict}
    signals.token_refused.send_robust(Session, token=kind, **facts)


def revoked(session_id: UUID | None, user_id: object, reason: str, count: int) -> None:
    """One session was ended, or ``count`` sessions of a user."""
    _log_after_commit(
        "revoked", session=session_id or "all", user=user_id, reason=reason, count=count
    )
    facts = {"session_id": session_id, "user_id": user_id, "reason": str(reason), "count": count}
    _tell(signals.session_revoked, **facts)


def all_revoked(valid_after: datetime, reason: str) -> None:
    """All sessions of all users were ended."""
    since = valid_after.isoformat()
    _log_after_commit("all_revoked", level=logging.WARNING, valid_after=since, reason=reason)
    _tell(signals.all_sessions_revoked, valid_after=valid_after, reason=str(reason))


def kept(session_id: UUID, user: Any) -> None:
    """A session was kept although its user has a new password."""
    _log_after_commit("kept", session=session_id, user=user.pk)


def reauthenticated(session: Session) -> None:
    """The user of a session has proved anew who it is."""
    _log_after_commit("reauthenticated", session=session.pk, user=session.user_id)


def claims_not_kept(session: Session, names: Iterable[str]) -> None:
    """Claims were set on a refresh token, and no refresh can compute them again."""
    claims = ",".join(sorted(names))
    named: dict[str, Any] = {"session": session.pk, "user": session.user_id}
    log("claims_not_kept", level=logging.WARNING, **named, claims=claims)


def reason_to_store(reason: str) -> str:
    """``reason``, of a project's too, plain and no longer than its column."""
    column: Any = Session._meta.get_field("revoked_reason")
    return plain(str(reason))[: column.max_length]


def _log_after_commit(event: str, *, level: int = logging.INFO, **facts: Any) -> None:
    """The same for what a rollback undoes: an open transaction may still fail."""
    _after_commit(lambda: log(event, level=level, **facts))


def _tell(signal: Signal, **facts: Any) -> None:
    _after_commit(partial(signal.send_robust, sender=Session, **facts))


def _after_commit(tell: Callable[[], object]) -> None:
    transaction.on_commit(tell, using=router.db_for_write(Session), robust=True)
