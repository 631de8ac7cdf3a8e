"""Do a token and a session of this project work? Tries both, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError

from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.exceptions import InvalidToken, ServiceUnavailable
from drf_jwt_kit.jose.codec import Policy, TokenKind, decode_typed, encode
from drf_jwt_kit.keys import get_ring, get_signing_key
from drf_jwt_kit.models import database
from drf_jwt_kit.sessions.faults import kind_of, says_not_migrated
from drf_jwt_kit.sessions.rehearsal import RehearsalFailed, rehearse

from .findings import Finding, Verdict, says_more

_MIGRATE = "python manage.py migrate"


def of_keys() -> Iterator[Finding]:
    """Whether the key that signs does, and who verifies. Asks no database."""
    try:
        key, ring = get_signing_key(), get_ring()
        token = encode({"exp": int(now().timestamp()) + 60}, key, TokenKind.ACCESS)
        decode_typed(token, ring.verifying, Policy())
    except Exception as error:  # noqa: BLE001  # a function of the project's may sign
        why = f"No token can be signed and verified: {_said(error)}"
        yield Finding(area="keys", verdict=Verdict.WRONG, text=why)
        return
    others = len(ring.verifying) - 1
    says = f"{key.kid} ({key.algorithm}) signs, and what it signs is verified."
    beside = f" Keys that verify beside it: {others}." if others else ""
    yield Finding(area="keys", verdict=Verdict.FINE, text=says + beside)


def of_a_session() -> Iterator[Finding]:
    """How far a login and a refresh come, on a row that is rolled back."""
    done = 0
    try:
        for says in rehearse():
            done += 1
            yield _found(Verdict.FINE, says)
    except (DatabaseError, InterfaceError) as error:
        yield _of_the_database(error, done)
    except Exception as error:  # noqa: BLE001  # the same, and functions that answer for a request
        yield _found(Verdict.WRONG, f"A session fails after {done} steps: {_said(error)}")


def _of_the_database(error: Exception, done: int) -> Finding:
    alias = database.write_alias()
    where = f"the database {alias!r}"
    if says_not_migrated(error):
        text = f"The tables of the sessions are missing in {where}, or are older than the package."
        return _found(Verdict.WRONG, text, _MIGRATE)
    kind, more = kind_of(error), says_more(alias)
    if done:
        return _found(Verdict.WRONG, f"A session fails in {where} after {done} steps: {kind}", more)
    return _found(Verdict.UNKNOWN, f"No session could be tried, because of {where}: {kind}", more)


def _said(error: Exception) -> str:
    """What an error says. Of one that is not ours, only the type: it may show a key."""
    if isinstance(error, ServiceUnavailable) and error.__cause__ is not None:
        error = error.__cause__  # type: ignore[assignment]
    known = isinstance(error, (ImproperlyConfigured, InvalidToken, RehearsalFailed))
    return str(error) if known else type(error).__name__


def _found(verdict: Verdict, text: str, hint: str = "") -> Finding:
    return Finding(area="sessions", verdict=verdict, text=text, hint=hint)
