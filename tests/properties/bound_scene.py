"""What a moment in a world of bound sessions is: a row, who holds tokens and keys, requests."""

from __future__ import annotations

from typing import NamedTuple

NO_KEY, THIEFS = 0, -1
"""Keys of a device. The browser's own are numbered from 1."""


class Token(NamedTuple):
    behind: int = 0
    """How far behind the row; 2 for more than one generation."""
    old: bool = False
    """It is of before the generation from which on the session is bound."""

    def older(self) -> Token:
        """After the row has advanced."""
        return self._replace(behind=min(self.behind + 1, 2))

    def bound(self) -> Token:
        """After the newest generation was bound."""
        return self._replace(old=self.behind > 0)

    def forgotten(self) -> Token:
        """After the session is bound no more."""
        return self._replace(old=False)


class Row(NamedTuple):
    age: int
    key: int = NO_KEY
    doubled: bool = False
    """The answer of its last rotation was given twice."""
    end: str = ""


class Seen(NamedTuple):
    """What a request has read, and its token beside that."""

    row: Row
    token: Token


class Request(NamedTuple):
    who: str
    kind: str
    """A page's refresh ("script"), or what the browser does itself: a renewal, a registration."""
    token: Token
    key: int = NO_KEY
    stage: str = "sent"
    flight: int = 0
    seen: Seen | tuple[()] = ()
    answer: Token = Token()
    """The newest token when it was read, which is that of the answer."""
    verdict: str = ""
    elapsed: int = 0

    def __str__(self) -> str:
        return f"{self.who}'s {self.kind}"

    def without_what_is_done(self) -> Request:
        """With no more of what it has read than its next steps need."""
        if self.stage == "judged":
            assert self.seen
            row = Row(0, self.seen.row.key, self.seen.row.doubled)
            return self._replace(seen=Seen(row, Token()))
        if self.stage == "answered":
            key = self.key if self.verdict in {"BINDS", "BOUND"} else NO_KEY
            verdict = "BOUND" if key else self.verdict
            done = self._replace(token=Token(), seen=(), elapsed=0, key=key, verdict=verdict)
            return done if self.kind != "registration" else done._replace(answer=Token())
        return self


class Browser(NamedTuple):
    token: Token | None
    key: int = NO_KEY
    offer: bool = False
    """It was offered to bind its token."""


class Thief(NamedTuple):
    token: Token
    offer: bool = False


class State(NamedTuple):
    row: Row
    browser: Browser
    thief: Thief | None = None
    requests: tuple[Request, ...] = ()

    def sent(self, one: Request) -> State:
        """With one more request on its way, or the same one further on."""
        return self._replace(requests=(*self.requests, one))

    def advanced(self) -> State:
        """All that anybody holds, or is being answered, is one generation older."""
        return self._each(Token.older)

    def bound_to(self, key: int) -> State:
        """The newest generation is bound to ``key``."""
        return self._each(Token.bound)._replace(row=self.row._replace(key=key))

    def forgotten(self) -> State:
        """The session is bound no more."""
        return self._each(Token.forgotten)._replace(row=self.row._replace(key=NO_KEY))

    def _each(self, changed: object) -> State:
        held, thief = self.browser, self.thief
        return self._replace(
            browser=held if held.token is None else held._replace(token=changed(held.token)),
            thief=thief and thief._replace(token=changed(thief.token)),
            requests=tuple(
                one._replace(token=changed(one.token), answer=_while_open(changed, one))
                for one in self.requests
            ),
        )

    def unused_key(self) -> int:
        """A key of the browser's that nobody has seen."""
        return 1 + max(0, *self._keys())

    def canonical(self) -> State:
        """The same, with requests in one order and keys numbered by where they are seen first."""
        numbers = {NO_KEY: NO_KEY, THIEFS: THIEFS}
        same = self._replace(requests=tuple(sorted(self.requests)))
        for key in same._keys():
            numbers.setdefault(key, len(numbers) - 1)
        if all(key == number for key, number in numbers.items()):
            return same
        renamed = same._replace(
            row=_renamed(same.row, numbers),
            browser=same.browser._replace(key=numbers[same.browser.key]),
            requests=tuple(
                one._replace(
                    key=numbers[one.key],
                    seen=one.seen and one.seen._replace(row=_renamed(one.seen.row, numbers)),
                )
                for one in same.requests
            ),
        )
        return renamed._replace(requests=tuple(sorted(renamed.requests)))

    def _keys(self) -> list[int]:
        flying = [
            key
            for one in self.requests
            for key in (one.key, one.seen.row.key if one.seen else NO_KEY)
        ]
        return [self.row.key, self.browser.key, *flying]


def _while_open(changed, one: Request) -> Token:
    """Nothing of before its read is an answer."""
    return one.answer if one.stage == "sent" else changed(one.answer)


def _renamed(row: Row, numbers: dict[int, int]) -> Row:
    return row._replace(key=numbers[row.key])
