"""What holds in every world of bound sessions, at each step. Each promise is one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .bound_scene import NO_KEY, THIEFS
from .explorer import Broken
from .scene import THIEF

if TYPE_CHECKING:
    from .binding import BoundWorld
    from .bound_scene import Request, State


def when_judged(world: BoundWorld, state: State, one: Request, verdict: Any, what: str) -> None:
    """Raise Broken if ``verdict`` on ``one`` breaks a promise."""
    assert one.seen
    name, row, token = verdict.name, one.seen.row, one.seen.token
    recent = 0 <= row.age < world.leeway
    live, fits = not row.end, row.key != NO_KEY and one.key == row.key
    proves = one.kind == "renewal"
    wanting = live and not fits and (row.key != NO_KEY or proves)
    honest = token.behind == 0 or (token.behind == 1 and recent)
    _require(
        {
            "no honest browser is taken for a thief": (
                one.who is THIEF
                or state.thief is not None
                or name not in {"REUSED", "AHEAD", "FORGED"}
            ),
            "an ended session accepts nothing": live or name == "REVOKED",
            "nobody without the key gets a token once the session is bound": (
                not (wanting and verdict.accepts)
            ),
            "the owner with the key goes on, whatever the thief does": (
                not (live and fits) or verdict.accepts
            ),
            "what lacks the key ends nothing, unless it is of before the binding and late": (
                not wanting or (name == "REUSED") == (token.old and not recent)
            ),
            "what lacks the key and ends nothing is told apart": (
                not wanting or name in {"REUSED", "UNPROVEN"}
            ),
            "a thief who has bound the session first is found when the owner comes again": (
                not live or one.who is THIEF or row.key != THIEFS or recent or name == "REUSED"
            ),
            "where nothing is bound and nothing is proven, all is as ever": (
                not live
                or wanting
                or fits
                or (verdict.accepts, name == "REUSED") == (honest, not honest)
            ),
            "a session advances at every accepted use, but once in a leeway": (
                not verdict.accepts or verdict.advances != recent
            ),
            "a duplicate is told apart by what makes it honest": (
                not name.startswith("REPEAT")
                or name.removeprefix("REPEAT_")
                == ("CURRENT", "CONCURRENT", "RETRIED")[token.behind]
            ),
            "a proof that is used again is not taken for a new one": (
                (name == "COLLECT") == (verdict.advances and token.behind > 0)
            ),
        },
        what,
    )


def when_answered(state: State, one: Request, *, accepted: bool, what: str) -> None:
    """Raise Broken if the answer to ``one``, which is on its way from now on, breaks a promise."""
    lacks = state.row.key not in {NO_KEY, one.key}
    in_peace = state.thief is None and state.row.end != "logout"
    _require(
        {
            "nobody without the key gets a token once the session is bound": (
                not (accepted and lacks) or one.answer.old
            ),
            "a lost registration or key costs a login at most, and clears nothing": (
                not in_peace or accepted or one.verdict == "UNPROVEN"
            ),
        },
        what,
    )


def _require(promises: dict[str, bool], what: str) -> None:
    for promise, holds in promises.items():
        if not holds:
            raise Broken(promise, what)
