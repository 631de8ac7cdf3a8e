"""How often may something be tried, in REST Framework's words, such as "20/min"?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .fields import KIT, setting

_RATE = re.compile(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)")
"""REST Framework reads only the first letter of a period, and a month as a minute."""


class ThrottleRates(NamedTuple):
    """How often each of these may be done in a period; None turns a throttle off."""

    login_user: str | None = "20/min"
    """Failed logins with one name from one address."""
    login_ip: str | None = "200/min"
    """Failed logins from one address."""
    refresh_session: str | None = "120/min"
    """Refreshes of one session."""


def throttle_rates() -> Any:
    """Rates by their names; what a project does not name keeps its default."""
    names = ThrottleRates._fields
    accepts = f"a dict with rates such as '20/min', or None, for {', '.join(map(repr, names))}"
    return setting(ThrottleRates(), accepts, _are_rates, convert=_in_place, sources=(KIT,))


def _are_rates(value: object) -> bool:
    return isinstance(value, dict) and all(
        name in ThrottleRates._fields and (rate is None or _is_rate(rate))
        for name, rate in value.items()
    )


def _is_rate(value: object) -> bool:
    return isinstance(value, str) and _RATE.fullmatch(value) is not None


def _in_place(value: Mapping[str, str | None]) -> ThrottleRates:
    return ThrottleRates(**value)
