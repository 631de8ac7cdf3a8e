"""A session that a browser binds to its device, as a world for the explorer; the judge is the real
one.

As in ``refreshing.py``, a request is sent, reads the row, is judged, writes, and is answered; so is
a registration, by the rule of ``sessions/binding.py``. A token is told by how far it lies behind
the row (0, 1, or 2 for more), and by whether it is of before the binding. Keys of the browser are
numbered anew in each state. ``TestTheModel`` holds the judge to not seeing more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drf_jwt_kit.sessions import life

from . import bound_promises as promises
from .bench import Bench
from .bound_scene import NO_KEY, THIEFS, Browser, Request, Row, Seen, State, Thief, Token
from .scene import BROWSER, NEVER, THIEF

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFRESHES = ("script", "renewal")


@dataclass(frozen=True, kw_only=True)
class BoundWorld:
    """What may happen. ``leeway`` and ``trip`` (the longest round trip of a page's refresh) are in
    ticks; what the browser does by itself takes any time."""

    leeway: int = 3
    trip: int = 1
    tabs: int = 1
    """How many refreshes are on their way at once, of pages or of the browser itself."""
    at_once: int = 3
    """How many requests are, of anybody."""
    registrations: int = 1
    """How many are on their way at once, each with another key."""
    pages_refresh: bool = True
    loses: bool = False
    """Requests and answers of renewals and registrations are lost, any number of times."""
    loses_key: bool = False
    thief: bool = False
    logs_out: bool = False
    switches: bool = False
    """The setting is turned off for a while: the key is forgotten, the browser's own is not."""
    starts_bound: bool = False
    marks_blindly: bool = False
    """As it was: an answer is given once more whether or not the row could be marked."""
    judged_by: Any = field(default=life, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bench", Bench(self.judged_by, self.leeway))

    @property
    def start(self) -> State:
        """After a login, whose answer offers to bind."""
        key = 1 if self.starts_bound else NO_KEY
        return State(Row(NEVER, key), Browser(Token(), key, offer=not key))

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        for what, after in self._raw(state):
            yield what, after.canonical()

    def _raw(self, state: State) -> Iterator[tuple[str, State]]:
        if all(one.flight < self.trip for one in state.requests if _is_limited(one)):
            yield "a tick", self._tick(state)
        if len(state.requests) < self.at_once:
            yield from self._browser_sends(state)
        if self.thief:
            yield from self._thief_sends(state)
        yield from self._befalls(state)
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
        elapsed = min(one.elapsed + 1, self.leeway) if one.stage == "judged" else 0
        seen = one.seen
        if seen:
            seen = seen._replace(row=seen.row._replace(age=self._older(seen.row.age)))
        return one._replace(flight=one.flight + _is_limited(one), elapsed=elapsed, seen=seen)

    # Who sends what

    def _browser_sends(self, state: State) -> Iterator[tuple[str, State]]:
        held = state.browser
        if held.token is None:
            return
        own = [one.kind for one in state.requests if one.who is BROWSER]
        if sum(kind in _REFRESHES for kind in own) < self.tabs:
            if self.pages_refresh:
                by_page = Request(BROWSER, "script", held.token)
                yield "a page sends the browser's cookie", state.sent(by_page)
            if held.key:
                renewal = Request(BROWSER, "renewal", held.token, held.key)
                yield "the browser sends its cookie and a proof", state.sent(renewal)
        if held.offer and own.count("registration") < self.registrations:
            registration = Request(BROWSER, "registration", held.token, state.unused_key())
            yield "the browser registers a key", state.sent(registration)

    def _thief_sends(self, state: State) -> Iterator[tuple[str, State]]:
        thief = state.thief
        if thief is None:
            if state.browser.token is not None:
                stolen = Thief(state.browser.token)
                yield "the thief copies the cookies", state._replace(thief=stolen)
            return
        full = len(state.requests) == self.at_once
        if full or any(one.who is THIEF for one in state.requests):
            return
        yield "the thief sends its token", state.sent(Request(THIEF, "script", thief.token))
        renewal = Request(THIEF, "renewal", thief.token, THIEFS)
        yield "the thief sends its token and a proof of its key", state.sent(renewal)
        if thief.offer:
            registration = Request(THIEF, "registration", thief.token, THIEFS)
            once = state._replace(thief=thief._replace(offer=False))
            yield "the thief registers its key", once.sent(registration)

    def _befalls(self, state: State) -> Iterator[tuple[str, State]]:
        if self.loses_key and state.browser.key:
            without = state.browser._replace(key=NO_KEY)
            yield "the browser loses its key", state._replace(browser=without)
        if self.switches and state.row.key:
            yield "the setting was off, and the key is forgotten", state.forgotten()
        if self.logs_out and not state.row.end:
            yield "the session ends", state._replace(row=state.row._replace(end="logout"))

    # What becomes of a request; ``state`` is without it

    def _goes_on(self, state: State, one: Request) -> Iterator[tuple[str, State]]:
        by_itself = one.who is BROWSER and one.kind != "script"
        if self.loses and by_itself and one.stage in {"sent", "answered"}:
            lost = "request" if one.stage == "sent" else "answer"
            yield f"the {lost} of the browser's {one.kind} is lost", state
        yield getattr(self, f"_when_{one.stage}")(state, one)

    def _when_sent(self, state: State, one: Request) -> tuple[str, State]:
        read = one._replace(stage="read", seen=Seen(state.row, one.token), answer=Token())
        if one.kind == "registration":  # no clock is asked
            read = read._replace(stage="judged", verdict=_may_bind(read.seen, one.key))
        return f"the {one} reads the row", state.sent(read.without_what_is_done())

    def _when_read(self, state: State, one: Request) -> tuple[str, State]:
        assert one.seen
        bench: Bench = self.bench  # type: ignore[attr-defined]
        said = bench.judge_bound(one.seen, one.key, proves=one.kind == "renewal")
        what = f"the {one} is judged: {said.value}"
        promises.when_judged(self, state, one, said, what)
        judged = one._replace(stage="judged", verdict=said.name)
        return what, state.sent(judged.without_what_is_done())

    def _when_judged(self, state: State, one: Request) -> tuple[str, State]:
        assert one.seen
        row, seen, name = state.row, one.seen.row, one.verdict
        same_generation = not one.answer.behind and not row.end
        unchanged = same_generation and (row.key, row.doubled) == (seen.key, seen.doubled)
        if name in {"ROTATE", "COLLECT", "BINDS"} and not unchanged:
            return self._overtaken(state, one)
        what, after = f"the {one} writes nothing", state
        if name == "BINDS":
            what, after = f"the {one} binds the session", state.bound_to(one.key)
        elif name in {"ROTATE", "COLLECT"}:
            what = f"the {one} writes the next generation"
            after = state.advanced()._replace(row=Row(one.elapsed, row.key))
        elif name.startswith("REPEAT") and not seen.doubled:
            if not (unchanged or self.marks_blindly or seen.key):
                return self._overtaken(state, one)
            what = f"the {one} marks the row"
            if same_generation:
                after = state._replace(row=row._replace(doubled=True))
        elif name == "REUSED" and not row.end:
            what = f"the {one} ends the session"
            after = state._replace(row=row._replace(end="reused"))
        return what, self._answered(after, one, what)

    def _overtaken(self, state: State, one: Request) -> tuple[str, State]:
        again = one._replace(stage="sent", seen=(), answer=Token(), verdict="", elapsed=0)
        return f"the {one} is overtaken", state.sent(again)

    def _answered(self, state: State, one: Request, what: str) -> State:
        """``state`` with the answer to ``one`` on its way, if it will change anything."""
        answered = one._replace(stage="answered").without_what_is_done()
        if one.kind == "registration":
            return state.sent(answered) if one.who is BROWSER else state
        accepted = self.judged_by.Verdict[one.verdict].accepts
        promises.when_answered(state, one, accepted=accepted, what=what)
        brings = accepted and one.verdict != "REPEAT_CURRENT"
        clears = one.who is BROWSER and not accepted and one.verdict != "UNPROVEN"
        return state.sent(answered) if brings or clears else state

    def _when_answered(self, state: State, one: Request) -> tuple[str, State]:
        what = f"the answer to the {one} arrives"
        held, offer = state.browser, one.kind == "script"
        if one.who is THIEF:
            assert state.thief is not None
            is_newer = one.answer <= state.thief.token
            return what, state._replace(thief=Thief(one.answer, offer) if is_newer else state.thief)
        if one.kind == "registration":
            bound = one.verdict in {"BINDS", "BOUND"} and held.token is not None
            key = one.key if bound else held.key
            return what, state._replace(browser=held._replace(key=key, offer=False))
        if self.judged_by.Verdict[one.verdict].accepts:
            return what, state._replace(browser=held._replace(token=one.answer, offer=offer))
        return what, state._replace(browser=Browser(None))


def _is_limited(one: Request) -> bool:
    return one.who is BROWSER and one.kind == "script"


def _may_bind(seen: Seen, key: int) -> str:
    """As ``sessions.binding.bind`` has it."""
    row = seen.row
    if row.end:
        return "ENDED"
    if row.key == key:
        return "BOUND"
    return "NOT_BOUND" if row.key or seen.token.behind or row.doubled else "BINDS"
