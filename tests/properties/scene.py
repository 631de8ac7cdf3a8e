"""What a moment in a world of refreshes is: a row, those who hold tokens, requests on their way."""

from __future__ import annotations

from typing import Any, NamedTuple

NEVER, MISSING = -1, -2
"""Ages of a row that was not rotated yet, and of one that an adopted token will begin."""
BROWSER, THIEF, ORPHAN = "browser", "thief", "orphan"
NOBODY, ELSEWHERE = None, "elsewhere"
"""What a cookie holds that was cleared, and one that another login has set since."""
AHEAD = -1
REVOKED = frozenset({"logout", "replaced", "reused", "of_the_user"})
"""Ends that are written in the row; others follow from the time, a cut-off, or the user."""


class Row(NamedTuple):
    age: int
    bound: int = 0
    """The retry key of its last rotation, with the token that it was sent with."""
    end: str = ""

    def numbered(self, numbers: dict[int, int]) -> Row:
        """With other numbers for retry keys."""
        return self._replace(bound=numbers[self.bound])


class Request(NamedTuple):
    who: str
    stage: str
    behind: int
    """The generation presented: behind the row; once that is read, behind what was read."""
    key: int
    flight: int = 0
    seen: Row | tuple[()] = ()
    lag: int = 0
    """How often the row has advanced since it was read; since the answer, once there is one."""
    verdict: str = ""
    elapsed: int = 0
    genuine: bool = True

    def older(self) -> Request:
        """After the row has advanced."""
        if self.stage == "sent":
            return self._replace(behind=further(self.behind))
        return self._replace(lag=further(self.lag))


class Holder(NamedTuple):
    """A browser's cookie and pending key; or a thief's tokens: the newest, and one with a key."""

    token: Any
    key: int = 0
    kept: int = 2
    kept_key: int = 0

    def older(self) -> Holder:
        """After the row has advanced."""
        return self._replace(token=further(self.token), kept=further(self.kept))


class State(NamedTuple):
    row: Row
    browser: Holder
    thief: Holder | None
    requests: tuple[Request, ...]
    leads: str | None = None
    """Who has rotated since the other was last answered: its use is not to go unseen."""

    def sent(self, one: Request) -> State:
        """With one more request on its way, or the same one further on."""
        return self._replace(requests=(*self.requests, one))

    def advanced(self) -> State:
        """All that anybody holds, or is being answered, is one generation older."""
        return self._replace(
            browser=self.browser.older(),
            thief=self.thief and self.thief.older(),
            requests=tuple(map(Request.older, self.requests)),
        )

    def unused_key(self) -> int:
        """A retry key that nobody has."""
        return 1 + max(self._keys())

    def canonical(self) -> State:
        """The same, with requests in one order and keys numbered by where they are seen first."""
        requests = self.requests if len(self.requests) < 2 else tuple(sorted(self.requests))
        same = self if requests == self.requests else self._replace(requests=requests)
        keys = same._keys()
        if not any(keys):
            return same
        numbers = {0: 0}
        for key in keys:
            numbers.setdefault(key, len(numbers))
        return same if all(a == b for a, b in numbers.items()) else same._numbered(numbers)

    def _keys(self) -> list[int]:
        thief = [] if self.thief is None else [self.thief.kept_key]
        flying = [
            key for one in self.requests for key in (one.key, one.seen.bound if one.seen else 0)
        ]
        return [self.row.bound, self.browser.key, *thief, *flying]

    def _numbered(self, numbers: dict[int, int]) -> State:
        return self._replace(
            row=self.row.numbered(numbers),
            browser=self.browser._replace(key=numbers[self.browser.key]),
            thief=self.thief and self.thief._replace(kept_key=numbers[self.thief.kept_key]),
            requests=tuple(
                one._replace(key=numbers[one.key], seen=one.seen and one.seen.numbered(numbers))
                for one in self.requests
            ),
        )


def further(behind: Any, by: int = 1) -> Any:
    """So much further behind the row; more than one generation is all the same. Nobody who runs
    ahead is caught up with: that would be a token that was made of the row itself."""
    return min(behind + by, 2) if type(behind) is int and behind != AHEAD else behind
