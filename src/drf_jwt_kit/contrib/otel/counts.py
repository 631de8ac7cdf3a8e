"""How often has what happened? Counts what the signals say, by verdict and by reason.

No label holds a user, an address or a session: each has a few values, and any other counts as
``other``. What has not happened yet is told as 0, or no alert could see its first time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from threading import Lock
from typing import Any

from django.contrib.auth.signals import user_login_failed
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from drf_jwt_kit import signals
from drf_jwt_kit.models import RevokedReason
from drf_jwt_kit.sessions.life import End, Proof, Verdict

OTHER = "other"
"""Such as a reason of the project's own, of which there may be any number."""


class Count:
    """One counter of this process, by the values of its labels."""

    def __init__(self, **labels: Iterable[str]) -> None:
        self._labels = {name: tuple(values) for name, values in labels.items()}
        self._lock = Lock()
        self._counted = Counter(dict.fromkeys(product(*self._labels.values()), 0))

    def receive(self, *, count: int = 1, **facts: Any) -> None:
        """Count what a signal says: ``count`` of them, with its facts as the labels."""
        known = self._labels.items()
        values = tuple(facts[name] if facts[name] in few else OTHER for name, few in known)
        with self._lock:
            self._counted[values] += count

    def observe(self, options: CallbackOptions) -> Iterator[Observation]:
        """What an exporter reads."""
        with self._lock:
            counted = dict(self._counted)
        for values, count in counted.items():
            yield Observation(count, dict(zip(self._labels, values, strict=True)))


_REPEATING = [one.value for one in Verdict if one.accepts and one is not Verdict.ROTATE]
_REFUSING = [one.value for one in Verdict if not one.accepts]
_OTHERS = ("unknown", "other_user", "blacklisted", "acted_for", "not_bound")
_OF_ACCESS = [*(one.value for one in End), *_OTHERS]
_VERDICTS = dict.fromkeys([*_REFUSING, *_OF_ACCESS])

COUNTS = {
    "logins": (signals.session_started, Count(), "Sessions that have begun."),
    "failed_logins": (user_login_failed, Count(), "Wrong credentials, at any login of Django's."),
    "refreshes": (signals.session_refreshed, Count(), "Refreshes that moved a session on."),
    "repeats": (
        signals.refresh_repeated,
        Count(verdict=_REPEATING),
        "Refreshes that were answered again: several tabs, or a lost answer.",
    ),
    "refusals": (
        signals.token_refused,
        Count(token=("access", "refresh"), verdict=_VERDICTS),
        "Genuine tokens that were refused.",
    ),
    "thefts": (signals.refresh_reused, Count(), "Refresh tokens that were used by two."),
    "followed": (signals.refresh_followed, Count(), "Sessions whose every refresh is repeated."),
    "unproven": (
        signals.refresh_unproven,
        Count(proof=[one.value for one in Proof if one.is_wanting]),
        "Refresh tokens of bound sessions that came without their key.",
    ),
    "ends": (
        signals.session_revoked,
        Count(reason=RevokedReason.values),
        "Sessions that were ended.",
    ),
    "ends_of_all": (signals.all_sessions_revoked, Count(), "Ends of everybody's sessions."),
}
"""By its name: the signal that is counted, the count, and what it says."""


def tell(meter: Meter) -> None:
    """Count from now on, and let ``meter`` read it."""
    for name, (signal, count, says) in COUNTS.items():
        signal.connect(count.receive, dispatch_uid="drf_jwt_kit.contrib.otel")
        meter.create_observable_counter(f"drf_jwt_kit.{name}", [count.observe], description=says)
