"""Can a thief be sure to follow its owner, by what it is told? A game on what it believes.

The owner rotates when it likes, at most once in a leeway. The thief holds the token of before, is
told of each rotation so many ticks later (or never), and presents its token or waits. It must never
be the one who rotates, never show a token that is too old, and never let its token die. What it
believes is the set of states that agree with all it was told and answered. The judge is the real
one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from drf_jwt_kit.sessions import life

from .bench import Bench
from .scene import THIEF, Request, Row

Place: TypeAlias = tuple[int, int]
"""The age of the row in ticks, and how far the thief's token is behind."""
Belief: TypeAlias = frozenset[Place]


@dataclass(frozen=True)
class Game:
    """``told_after`` is the number of ticks from a rotation to what tells of it; None for never."""

    leeway: int
    told_after: int | None

    @property
    def start(self) -> Belief:
        """The thief has just taken the token of a session that was rotated long ago."""
        return frozenset({(self.leeway + 1, 0)})

    def can_follow(self) -> bool:
        """Whether a strategy is safe against every owner."""
        beliefs, unexplored = {self.start}, [self.start]
        while unexplored:
            belief = unexplored.pop()
            for outcomes in self._choices(belief):
                new = set(outcomes or ()) - beliefs
                beliefs |= new
                unexplored += new
        return self.start in self._safe(beliefs)

    def _safe(self, beliefs: set[Belief]) -> set[Belief]:
        """The beliefs from which the thief can go on for ever: the greatest such set."""
        safe = set(beliefs)
        while True:
            lost = {
                belief
                for belief in safe
                if not any(
                    outcomes is not None and outcomes <= safe for outcomes in self._choices(belief)
                )
            }
            if not lost:
                return safe
            safe -= lost

    def _choices(self, belief: Belief) -> Iterator[set[Belief] | None]:
        """What waiting, and presenting, may lead to; None where it may be the end."""
        yield self._next(belief)
        if not all(map(self._is_repeated, belief)):
            yield None
            return
        # The answer says whether the token was behind.
        parts = [frozenset((age, 0) for age, was in belief if was == n) for n in (0, 1)]
        nexts = [self._next(part) for part in parts if part]
        yield None if None in nexts else set().union(*filter(None, nexts))

    def _is_repeated(self, place: Place) -> bool:
        """Whether the token is answered like a duplicate: else the thief is found, by its owner's
        next refresh if it has rotated."""
        age, behind = place
        row, presented = Row(min(age, self.leeway)), Request(THIEF, "read", behind, 0)
        verdict = Bench(life, self.leeway).judge(row, presented)
        return bool(verdict.accepts and not verdict.advances)

    def _next(self, belief: Belief) -> set[Belief] | None:
        """What the thief may believe a tick later; None if its token may be dead by then."""
        places = [place for before in belief for place in self._moves(before)]
        if any(behind > 1 or (behind == 1 and age >= self.leeway) for age, behind in places):
            return None
        told = sorted(places, key=self._is_told)
        return {frozenset(alike) for _, alike in groupby(told, key=self._is_told)}

    def _moves(self, place: Place) -> Iterator[Place]:
        age, behind = place
        yield min(age + 1, self.leeway + 1), behind
        if age + 1 >= self.leeway:
            yield 0, behind + 1

    def _is_told(self, place: Place) -> bool:
        return place[0] == self.told_after
