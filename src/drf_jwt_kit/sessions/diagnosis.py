"""What is wrong with a token, and with its session? For an operator: a client is told less.

Verifies as a request would, reads the row, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import aware, now
from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.jose.faults import Fault, faults_of, unverified_parts
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.models import Session

from . import rows
from .account import user_id_of
from .faults import database_faults_answered
from .life import Verdict
from .presented import EITHER, Origin, Presented, policy_for, read
from .refresh import Beside, use_of, verdict_of
from .upkeep import state_in_words

HIDDEN = "(not shown)"

_REFUSED = {
    Reason.WRONG_TYPE: "The claim that names its type contradicts its header.",
    Reason.NO_SESSION: "It belongs to no session: AccessToken.for_user has made it.",
}
_UNTOLD = "A claim of the protocol is missing, or is not what it must be."
_VERDICTS = {
    Verdict.AHEAD: "It is newer than its session's row. Was a backup restored?",
    Verdict.FORGED: "It was not made from its session's row, although the signature is right.",
    Verdict.UNPROVEN: "Its session is bound to a key of its browser, which alone can refresh it.",
    Verdict.REUSED: "A newer one has come after it. A refresh with it would end the session.",
}


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """A token as it may be shown, and everything that is wrong with it."""

    header: dict[str, Any] = field(repr=False)
    claims: dict[str, Any] = field(repr=False)
    kind: TokenKind | None
    """None if it could not be verified."""
    origin: Origin | None
    session: str
    """The state of its session in words; empty if there is none, or nobody has looked."""
    faults: list[Fault]


@sensitive_variables("presented")
@database_faults_answered()
def diagnose(presented: str, expected: TokenKind | None = None) -> Diagnosis:
    """Look at a token, which has to be of the kind that is ``expected``, if one is.

    Raises KeysUnavailable and ServiceUnavailable if nobody can look.
    """
    token, faults = _verified(presented)
    state = ""
    if token is not None:
        if expected not in {None, token.kind}:
            text = f"It is {_named(token.kind)} token in the place of {_named(expected)} token."
            faults.append(Fault(code="wrong_type", text=text))
        state, found = _of_session(token)
        faults += found
    header, claims = unverified_parts(presented)
    return Diagnosis(
        header=header,
        claims=_shown(claims, header),
        kind=None if token is None else token.kind,
        origin=None if token is None else token.origin,
        session=state,
        faults=faults,
    )


def _verified(presented: str) -> tuple[Presented | None, list[Fault]]:
    """The token, also if all that is wrong with it is its age, and what is wrong."""
    try:
        return read(presented, EITHER), []
    except InvalidToken as refusal:
        keys, policy = get_ring().verifying, policy_for(EITHER)
        faults = [*faults_of(presented, keys, policy, now().timestamp())]
        if not faults:
            text = _REFUSED.get(refusal.reason, _UNTOLD)
            faults.append(Fault(code=refusal.reason.value, text=text))
        if refusal.reason is not Reason.EXPIRED:
            return None, faults
    try:
        return read(presented, EITHER, accept_expired=True), faults
    except InvalidToken:
        return None, faults


def _of_session(token: Presented) -> tuple[str, list[Fault]]:
    if token.sid is None:
        return "", [*_of_user_alone(token)]
    session, user = rows.find_again(token.sid)
    if session is None:
        if token.origin is Origin.SIMPLE_JWT:
            return "not begun yet", []
        text = "No session has its id here: it was flushed, or is in another database or tenant."
        return "", [Fault(code="session_unknown", text=text)]
    end = rows.end_of_session(session, user)
    state = state_in_words(session, end)
    if end is None:
        return state, [*_of_live_session(token, session, user)]
    when = (
        ""
        if session.revoked_at is None
        else f", at {aware(session.revoked_at):%Y-%m-%d %H:%M:%S} UTC"
    )
    return state, [Fault(code="session_ended", text=f"Its session has {state}{when}.")]


def _of_live_session(token: Presented, session: Session, user: Any) -> Iterator[Fault]:
    if token.kind is TokenKind.ACCESS:
        if token.user_id != user_id_of(user):
            text = "It names another user than its session's row."
            yield Fault(code="other_user", text=text)
        return
    use = use_of(token, session, user, Beside())
    verdict = verdict_of(session, user, use, now())
    if verdict in _VERDICTS:
        yield Fault(code=verdict.value, text=_VERDICTS[verdict])


def _of_user_alone(token: Presented) -> Iterator[Fault]:
    """Of a token that another issuer made: its user has to be here."""
    if rows.find_user(token.user_id) is None:
        yield Fault(code="no_user", text="Another issuer made it, and its user is not here.")


def _named(kind: TokenKind | None) -> str:
    return "an access" if kind is TokenKind.ACCESS else "a refresh"


def _shown(claims: dict[str, Any], header: dict[str, Any]) -> dict[str, Any]:
    """The claims without what binds a refresh token to its row."""
    if header.get("typ") == TokenKind.ACCESS.value:
        return claims
    name = get_settings().JTI_CLAIM
    return {**claims, name: HIDDEN} if name in claims else claims
