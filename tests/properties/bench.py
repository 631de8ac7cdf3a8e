"""Where a judge sits: rows and uses of a world become what the real one is given, and back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .bound_scene import Seen
    from .scene import Request, Row

NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
GENERATION, LOGIN = 100, 1_000
LIFETIME, LIMIT, MOMENT = timedelta(days=1), timedelta(days=30), timedelta(microseconds=1)


class Asked(NamedTuple):
    """All that the judge can see of a row and of a use."""

    age: int
    end: str
    behind: int
    has_key: bool = False
    genuine: bool = True
    proof: str = "UNASKED"
    is_bound: bool = False
    is_of_before: bool = False
    """The token is older than the binding."""


class Bench:
    """``life`` is the module whose judge is asked; it is asked once for each thing it can see."""

    def __init__(self, life: Any, leeway: int) -> None:
        self.life, self.leeway = life, timedelta(seconds=leeway)
        self._said: dict[Any, Any] = {}

    def judge(self, seen: Row, one: Request) -> Any:
        """The verdict about a request that has read ``seen``."""
        has_key = one.key != 0 and one.key == seen.bound
        return self._judge(Asked(seen.age, seen.end, one.behind, has_key, one.genuine))

    def judge_bound(self, seen: Seen, key: int, *, proves: bool) -> Any:
        """The verdict about a token beside a proof of ``key``; without one, if not ``proves``."""
        row, token = seen
        return self._judge(
            Asked(
                row.age,
                row.end,
                token.behind,
                proof=_proof(key, row.key, proves=proves),
                is_bound=bool(row.key),
                is_of_before=token.old,
            )
        )

    def _judge(self, asked: Asked) -> Any:
        if asked not in self._said:
            self._said[asked] = self._ask(asked)
        return self._said[asked]

    def _ask(self, asked: Asked) -> Any:
        life, generation = self.life, GENERATION - asked.behind
        since = generation + asked.is_of_before if asked.is_bound else None
        use = life.Use(
            generation=generation,
            genuine=asked.genuine,
            has_retry_key=asked.has_key,
            proof=life.Proof[asked.proof],
        )
        state = self._state(asked.age, asked.end)._replace(bound_since=since)
        return life.judge(state, use, now=NOW, leeway=self.leeway)

    def _state(self, age: int, end: str) -> Any:
        rotated_at = None if age < 0 else NOW - timedelta(seconds=age)
        facts: dict[str, Any] = {
            "generation": GENERATION,
            "created_at": NOW - LIFETIME + MOMENT,
            "rotated_at": rotated_at,
            "refresh_lifetime": LIFETIME,
            "expires_at": NOW + MOMENT,
            "revoked_at": None,
            "auth_time": LOGIN,
            "valid_from": None if rotated_at is None else LOGIN,
        }
        return self.life.State(**{**facts, **self._of(end)})

    def _of(self, end: str) -> dict[str, Any]:
        """What a row says whose session has just now ended like that."""
        accounts = self.life.End
        return {
            "": {},
            "cut_off": {"valid_from": LOGIN + 1},
            "too_old": {"expires_at": NOW},
            "idle": {"rotated_at": NOW - LIFETIME},
            "gone": {"account": accounts.USER_GONE},
            "inactive": {"account": accounts.USER_INACTIVE},
            "changed": {"account": accounts.PASSWORD_CHANGED},
        }.get(end, {"revoked_at": NOW})


def _proof(key: int, bound_to: int, *, proves: bool) -> str:
    """As ``sessions.bound.proof_of`` has it."""
    if not bound_to:
        return "OF_ANOTHER" if proves else "UNASKED"
    if not proves:
        return "MISSING"
    return "FITS" if key == bound_to else "OF_ANOTHER"
