"""What holds in every world of refreshes, at each step. Each promise is one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .explorer import Broken
from .scene import AHEAD, ELSEWHERE, REVOKED, THIEF

if TYPE_CHECKING:
    from .refreshing import World
    from .scene import Holder, Request, State

OF_AN_END = {
    **dict.fromkeys(REVOKED, "REVOKED"),
    "cut_off": "CUT_OFF",
    "too_old": "EXPIRED",
    "idle": "EXPIRED",
    "gone": "USER_GONE",
    "inactive": "USER_INACTIVE",
    "changed": "PASSWORD_CHANGED",
}


def when_judged(world: World, state: State, one: Request, verdict: Any, what: str) -> None:
    """Raise Broken if ``verdict`` on ``one`` breaks a promise."""
    assert one.seen
    name, seen = verdict.name, one.seen
    recent = 0 <= seen.age < world.leeway
    by_key = one.key != 0 and one.key == seen.bound
    honest = one.behind == 0 or (one.behind == 1 and recent) or (one.behind > 0 and by_key)
    live = one.genuine and not seen.end
    for promise, holds in {
        "no honest browser is taken for a thief": (
            one.who is THIEF or state.thief is not None or name not in {"REUSED", "AHEAD", "FORGED"}
        ),
        "what proves nothing is told nothing and ends nothing": (
            (name == "FORGED") == (not one.genuine)
        ),
        "an ended session accepts nothing, and its refusal says how it ended": (
            not one.genuine or not seen.end or name == OF_AN_END[seen.end]
        ),
        "a session that has not ended is not refused as ended": (
            not live or name not in set(OF_AN_END.values())
        ),
        "a token of the future is told apart, and ends nothing": (
            not live or (name == "AHEAD") == (one.behind == AHEAD)
        ),
        "an honest token of a live session is accepted": (not (live and honest) or verdict.accepts),
        "an accepted token is of a live session, and honest": (
            not verdict.accepts or (live and honest)
        ),
        "an old token is reuse": (not live or honest or one.behind == AHEAD or name == "REUSED"),
        "a session advances at every accepted use, but once in a leeway": (
            not verdict.accepts or verdict.advances != recent
        ),
        "a duplicate is told apart by what makes it honest": (
            not name.startswith("REPEAT")
            or name.removeprefix("REPEAT_") == ("CURRENT", "CONCURRENT", "RETRIED")[one.behind]
        ),
        "a key that is sent again is not taken for a new one": (
            (name == "COLLECT") == (verdict.advances and one.behind > 0)
        ),
    }.items():
        if not holds:
            raise Broken(promise, what)


def when_written(state: State, one: Request, what: str) -> None:
    """Raise Broken if writing the next generation for ``one`` breaks a promise."""
    unseen = state.leads is not None and (state.leads is THIEF) != (one.who is THIEF)
    if unseen and one.verdict != "COLLECT":
        raise Broken("nobody uses a session unseen between two refreshes of another", what)


def when_refused(held: Holder, *, stays: bool, what: str) -> None:
    """Raise Broken if a refusal takes cookies away that are not its own."""
    if held.token is ELSEWHERE and not stays:
        raise Broken("a late refusal does not clear the cookies of a newer login", what)
