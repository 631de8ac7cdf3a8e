"""Every history of a small world, shortest first: each state once, until nothing new comes.

A world is anything with a ``start`` and ``steps(state)``, which yields what can happen next as
``(what, next state)``, and raises Broken where a promise does not hold. States are hashable values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable


class Steps(Protocol):
    """What the explorer needs of a world."""

    @property
    def start(self) -> Hashable: ...

    def steps(self, state: Any) -> Iterable[tuple[str, Hashable]]: ...


class Broken(Exception):  # noqa: N818  # says what happened, as verdicts do
    """A promise does not hold; ``what`` is the step that broke it."""

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(promise, what)
        self.promise, self.what = promise, what


@dataclass(frozen=True)
class Exploration:
    """How many states there are; and the shortest history that breaks a promise, if one does."""

    states: int
    broken: str | None = None
    history: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.states} states", self.broken or "holds", *self.history])


def explore(world: Steps, *, most: int = 5_000_000) -> Exploration:
    """All states of ``world``, breadth-first, or those up to the first that breaks a promise.

    Raises RuntimeError if there are more than ``most``: a proof that stops early is none.
    """
    start = world.start
    came_from: dict[Any, Any] = {start: None}
    now: list[Any] = [start]
    while now:
        following = []
        for state in now:
            try:
                for _, reached in world.steps(state):
                    if reached not in came_from:
                        came_from[reached] = state
                        following.append(reached)
            except Broken as error:
                history = (*_history(world, came_from, state), error.what)
                return Exploration(len(came_from), error.promise, history)
        if len(came_from) > most:
            raise RuntimeError(f"{world} has more than {most} states.")
        now = following
    return Exploration(len(came_from))


def _history(world: Steps, came_from: dict[Any, Any], state: Any) -> tuple[str, ...]:
    """What happened from the start to ``state``."""
    told: list[str] = []
    while (before := came_from[state]) is not None:
        told.append(next(what for what, reached in world.steps(before) if reached == state))
        state = before
    return tuple(reversed(told))
