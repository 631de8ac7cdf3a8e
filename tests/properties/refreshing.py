"""A session and all who refresh it, as a world for the explorer. The judge in it is the real one.

A request is sent, reads the row, is judged, writes, and is answered: five steps, between which
anything else may happen. Time is counted in ticks. A generation is told by how far it lies behind
that of the row (0, 1, or 2 for more), an age by the ticks since the last rotation (no more than the
leeway), a retry key by a number that is given anew in each state. So there are finitely many
states, however many rotations; ``TestTheModel`` holds the judge to not seeing more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drf_jwt_kit.sessions import life

from . import promises
from .bench import Bench
from .scene import (
    AHEAD,
    BROWSER,
    ELSEWHERE,
    MISSING,
    NEVER,
    NOBODY,
    ORPHAN,
    REVOKED,
    THIEF,
    Holder,
    Request,
    Row,
    State,
    further,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class World:
    """What may happen. ``leeway`` and ``trip`` (the longest round trip, None: any) are in ticks."""

    leeway: int = 3
    trip: int | None = 1
    tabs: int = 1
    keys: bool = False
    """The browser sends a retry key, one for all tabs, until it has an answer."""
    loses: bool = False
    thief: bool = False
    steals_keys: bool = False
    forges: bool = False
    adopted: bool = False
    logs_in: bool = False
    ends: tuple[str, ...] = ()
    repeats_set_cookie: bool = False
    """As it was: an answer of the presented generation sets the cookie too."""
    keeps_newest: bool = False
    """No cookie, but a store, whose clients keep the higher generation."""
    gives_up: bool = False
    """The server may judge a request whose client has given it up."""
    judged_by: Any = field(default=life, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bench", Bench(self.judged_by, self.leeway))

    @property
    def start(self) -> State:
        row = Row(MISSING if self.adopted else NEVER)
        return State(row, Holder(0), None, ())

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        for what, after in self._raw(state):
            yield what, after.canonical()

    def _raw(self, state: State) -> Iterator[tuple[str, State]]:
        if self.trip is None or all(
            one.flight < self.trip for one in state.requests if one.who is BROWSER
        ):
            yield "a tick", self._tick(state)
        yield from self._sends(state)
        yield from self._ends(state)
        for one in dict.fromkeys(state.requests):
            others = list(state.requests)
            others.remove(one)
            yield from self._goes_on(state._replace(requests=tuple(others)), one)

    # Time

    def _tick(self, state: State) -> State:
        row = state.row._replace(age=self._older(state.row.age))
        return state._replace(row=row, requests=tuple(map(self._waits, state.requests)))

    def _older(self, age: int) -> int:
        return age if age < 0 else min(age + 1, self.leeway)

    def _waits(self, one: Request) -> Request:
        limited = self.trip is not None and one.who is BROWSER
        flight = one.flight + 1 if limited else one.flight
        elapsed = min(one.elapsed + 1, self.leeway) if one.stage == "judged" else 0
        seen = one.seen and one.seen._replace(age=self._older(one.seen.age))
        return one._replace(flight=flight, elapsed=elapsed, seen=seen)

    # Who sends what

    def _sends(self, state: State) -> Iterator[tuple[str, State]]:
        held = state.browser
        flying = sum(one.who is BROWSER for one in state.requests)
        if type(held.token) is int and flying < self.tabs:
            key = (held.key or state.unused_key()) if self.keys else 0
            yield (
                "the browser sends its cookie",
                state._replace(browser=held._replace(key=key)).sent(
                    Request(BROWSER, "sent", held.token, key)
                ),
            )
        if self.logs_in and type(held.token) is int:
            row = state.row if state.row.end else state.row._replace(end="replaced")
            yield "the browser logs in anew", state._replace(browser=Holder(ELSEWHERE), row=row)
        if self.thief:
            yield from self._thief_sends(state, held)

    def _thief_sends(self, state: State, held: Holder) -> Iterator[tuple[str, State]]:
        thief = state.thief
        if thief is None:
            if type(held.token) is int:
                key = held.key if self.steals_keys else 0
                stolen = Holder(held.token, kept=held.token if key else 2, kept_key=key)
                yield (
                    f"the thief takes the token{' and its key' if key else ''}",
                    state._replace(thief=stolen, leads=None),
                )
            return
        if any(one.who is THIEF for one in state.requests):
            return
        yield (
            "the thief sends its token",
            state.sent(Request(THIEF, "sent", thief.token, 0)),
        )
        if thief.kept_key:
            again = Request(THIEF, "sent", thief.kept, thief.kept_key)
            yield "the thief sends token and key", state.sent(again)
        elif self.steals_keys:
            key = state.unused_key()
            keeping = state._replace(thief=thief._replace(kept=thief.token, kept_key=key))
            with_key = Request(THIEF, "sent", thief.token, key)
            yield "the thief sends its token with a key of its own", keeping.sent(with_key)
        if self.forges:
            forged = Request(THIEF, "sent", 0, 0, genuine=False)
            yield "the thief sends a forgery", state.sent(forged)
            yield "the thief runs ahead", state.sent(Request(THIEF, "sent", AHEAD, 0))

    def _ends(self, state: State) -> Iterator[tuple[str, State]]:
        if state.row.end:
            return
        if state.row.age == MISSING:
            if "logout" in self.ends:  # it is begun, only in order to be ended
                yield "an adopted token logs out", state._replace(row=Row(NEVER, end="logout"))
            return
        for end in self.ends:
            if end == "idle" and (state.row.age != self.leeway or state.requests):
                continue  # a whole lifetime later nothing is on its way any more
            row = state.row._replace(end=end)
            requests = state.requests
            if end == "too_old":  # whoever has read the row sees the time as well
                requests = tuple(
                    one._replace(seen=one.seen and one.seen._replace(end=one.seen.end or end))
                    for one in requests
                )
            yield f"the session ends: {end}", state._replace(row=row, requests=requests)

    # What becomes of a request; ``state`` is without it

    def _goes_on(self, state: State, one: Request) -> Iterator[tuple[str, State]]:
        if self.loses and one.who is BROWSER and one.stage in {"sent", "answered"}:
            lost = "request" if one.stage == "sent" else "answer"
            yield f"the browser's {lost} is lost", state
        may_give_up = all(other.who is not ORPHAN for other in state.requests)
        if self.gives_up and may_give_up and one.stage == "sent" and one.who is BROWSER:
            orphan = one._replace(who=ORPHAN, flight=0)
            yield "the browser gives up, the request goes on", state.sent(orphan)
        yield getattr(self, f"_when_{one.stage}")(state, one)

    def _when_sent(self, state: State, one: Request) -> tuple[str, State]:
        if state.row.age == MISSING:
            begun = state._replace(row=state.row._replace(age=NEVER))
            return f"the {one.who}'s token begins a session", begun.sent(one)
        read = one._replace(stage="read", seen=state.row, lag=0)
        return f"the {one.who}'s request reads the row", state.sent(read)

    def _when_read(self, state: State, one: Request) -> tuple[str, State]:
        assert one.seen
        verdict = self.bench.judge(one.seen, one)  # type: ignore[attr-defined]
        what = f"the {one.who}'s request is judged: {verdict.value}"
        promises.when_judged(self, state, one, verdict, what)
        return what, state.sent(one._replace(stage="judged", verdict=verdict.name, elapsed=0))

    def _when_judged(self, state: State, one: Request) -> tuple[str, State]:
        name = one.verdict
        if name in {"ROTATE", "COLLECT"}:
            return self._advances(state, one)
        answered = one._replace(stage="answered", seen=(), key=0, elapsed=0, behind=0)
        row, what = state.row, f"the {one.who}'s request writes nothing"
        if name in _WRITES_AN_END and row.end not in REVOKED:
            row = row._replace(end=_WRITES_AN_END[name])
            what = f"the {one.who}'s request ends the session"
        leads = state.leads
        if name.startswith("REPEAT") and one.lag == 0 and leads != _side(one):
            leads = None  # they have met within the leeway
        return what, state._replace(row=row, leads=leads).sent(answered)

    def _advances(self, state: State, one: Request) -> tuple[str, State]:
        what = f"the {one.who}'s request writes the next generation"
        if one.lag or state.row.end in REVOKED:
            again = one._replace(stage="sent", behind=further(one.behind, one.lag), seen=())
            overtaken = state.sent(again._replace(verdict="", elapsed=0, lag=0))
            return f"the {one.who}'s request is overtaken", overtaken
        promises.when_written(state, one, what)
        bound = one.key if one.verdict == "ROTATE" else state.row.bound
        end = "" if state.row.end == "idle" else state.row.end
        older = state.advanced()
        leads = _side(one) if state.thief is not None else None
        row = Row(one.elapsed, bound, end)
        answered = one._replace(stage="answered", behind=0, seen=(), key=0, elapsed=0)
        return what, older._replace(row=row, leads=leads).sent(answered)

    def _when_answered(self, state: State, one: Request) -> tuple[str, State]:
        what = f"the answer reaches the {one.who}"
        name = one.verdict
        accepted = self.judged_by.Verdict[name].accepts
        if one.who is ORPHAN or (one.who is THIEF and not accepted):
            return what, state
        if one.who is THIEF:
            assert state.thief is not None
            newest = min(state.thief.token, one.lag)
            return what, state._replace(thief=state.thief._replace(token=newest))
        held = state.browser
        if not accepted:
            stays = state.row.end == "replaced"
            promises.when_refused(held, stays=stays, what=what)
            return what, state._replace(browser=held if stays else Holder(NOBODY))
        token = one.lag
        if name == "REPEAT_CURRENT" and not self.repeats_set_cookie:
            token = held.token
        if self.keeps_newest and type(held.token) is int:
            token = min(token, held.token)
        return what, state._replace(browser=Holder(token))


_WRITES_AN_END = {
    "REUSED": "reused",
    "USER_GONE": "of_the_user",
    "USER_INACTIVE": "of_the_user",
    "PASSWORD_CHANGED": "of_the_user",
}


def _side(one: Request) -> str:
    return THIEF if one.who is THIEF else BROWSER
