"""Would a login and a refresh work here? Plays both on a row that is never committed.

Its user need not exist, so nothing that the project computes of a user is asked: no claims, no
limits and no rule. No signal of ours is sent and nothing is logged, since that waits for a commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import as_local, now
from drf_jwt_kit.models import Session, insertion
from drf_jwt_kit.models.database import write_alias

from . import rows
from .account import fingerprint
from .life import Use, Verdict, judge
from .presented import ACCESS, REFRESH, Presented, is_genuine, read
from .refresh import advance, store
from .tokens import pair_of


class RehearsalFailed(Exception):  # noqa: N818  # says what happened, as verdicts do
    """A step gave another answer than it must; the text says which one that is."""


class _TakenBack(Exception):  # noqa: N818  # what becomes of everything, not an error
    """Raised so that nothing is committed."""


@dataclass(frozen=True, kw_only=True)
class _Scratch:
    session: Session
    user: Any


def rehearse() -> Iterator[str]:
    """What has worked, step by step, in a sentence each.

    Raises RehearsalFailed, what the keys raise, and errors of the database. Whoever stops listening
    ends it as well: what was written is rolled back in any case.
    """
    with suppress(_TakenBack), transaction.atomic(using=write_alias()):
        yield from _play(_begun())
        raise _TakenBack


def _begun() -> _Scratch:
    settings = get_settings()
    nobody: Any = get_user_model()()
    session = Session(
        password_fingerprint=fingerprint(nobody),
        refresh_lifetime=settings.REFRESH_TOKEN_LIFETIME,
        expires_at=as_local(now() + settings.SESSION_MAX_AGE),
    )
    return _Scratch(session=session, user=nobody)


def _play(scratch: _Scratch) -> Iterator[str]:
    insertion.insert(scratch.session, write_alias())
    yield "The row of a login is stored."
    pair = pair_of(scratch.session, scratch.user, {})
    access, first = read(pair.access, ACCESS), read(pair.refresh or "", REFRESH)
    is_its_own = access.sid == first.sid == scratch.session.pk
    _require(is_its_own, "a verified token names the session that it was made for")
    yield "Its tokens are signed and verified."
    rotated = _rotated(scratch, first)
    yield "The refresh token is judged and rotated."
    _require_verdict(first, rotated, Verdict.REUSED)
    yield "The token before it is found to be used again."


def _rotated(scratch: _Scratch, presented: Presented) -> Session:
    session = _found(scratch)
    _require_verdict(presented, session, Verdict.ROTATE)
    unchanged = {"id": session.pk, "generation": session.generation}
    # As a lost answer is collected: that advances also where the settings rotate no tokens.
    advance(session, scratch.user, as_local(now()), Verdict.COLLECT, "")
    _require(store(session, unchanged), "the next generation is written")
    return _found(scratch)


def _found(scratch: _Scratch) -> Session:
    session = rows.find_for_update(scratch.session.pk)
    if session is None:
        raise RehearsalFailed("The row that was written is not there when it is read.")
    return session


def _require_verdict(presented: Presented, session: Session, expected: Verdict) -> None:
    genuine = is_genuine(presented, session)
    use = Use(generation=presented.gen, genuine=genuine, has_retry_key=False)
    state = rows.judged_state(session, None)
    verdict = judge(state, use, now=now(), leeway=timedelta(0))
    _require(verdict is expected, f"{expected.value} is the right verdict, not {verdict.value}")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RehearsalFailed(f"It does not hold here that {otherwise}.")
