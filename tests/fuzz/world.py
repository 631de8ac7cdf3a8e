"""Who is there before a request: Ada with three logins, and Grace, who lends a token's parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conftest import Kit, claims_of

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True)
class World:
    """Tokens by name, and the sessions of Ada by name."""

    tokens: dict[str, str]
    sessions: dict[str, UUID]
    graces: str
    """A token that only lends its parts."""

    def genuine(self, text: str) -> bool:
        return text in self.tokens.values()


CURRENT = {"phone access", "phone refresh", "desk access", "desk refresh"}
"""Those that are good for more than a logout."""
TOKENS = [*sorted(CURRENT), "desk old", "gone access", "gone refresh"]


def world(kit: Kit, ada: Any, grace: Any, past_leeway: Any) -> World:
    """Ada at a phone and at a desk, where she has refreshed once, and logged out elsewhere."""
    phone, desk, gone = (kit.sign_in(ada) for _ in range(3))
    kit.logout(gone.refresh)
    newer = kit.rotate(desk.refresh)
    past_leeway()
    return World(
        tokens={
            "phone access": phone.access,
            "phone refresh": phone.refresh,
            "desk access": newer.access,
            "desk refresh": newer.refresh,
            "desk old": desk.refresh,
            "gone access": gone.access,
            "gone refresh": gone.refresh,
        },
        sessions={
            name: one.session.pk for name, one in (("phone", phone), ("desk", desk), ("gone", gone))
        },
        graces=kit.sign_in(grace).refresh,
    )


def sid_in(token: str) -> str:
    return claims_of(token)["sid"]
