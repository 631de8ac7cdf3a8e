"""How far behind is the revocation feed of this process, and how much does it hold?"""

from __future__ import annotations

from collections.abc import Iterator

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from drf_jwt_kit.sessions import feed


def tell(meter: Meter) -> None:
    """Let ``meter`` read it. Nobody asks the database for that."""
    says = "Since when the feed could not be read; 0 while it can."
    meter.create_observable_gauge("drf_jwt_kit.feed.lag", [_lag], unit="s", description=says)
    says = "Ended sessions that the process remembers."
    meter.create_observable_gauge("drf_jwt_kit.feed.size", [_size], description=says)


def _lag(options: CallbackOptions) -> Iterator[Observation]:
    yield Observation(feed.standing().lag)


def _size(options: CallbackOptions) -> Iterator[Observation]:
    yield Observation(feed.standing().size)
