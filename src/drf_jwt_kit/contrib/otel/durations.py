"""How long do authentication and refresh take, and how do they end? By their reason for clients.

Replaces the two functions by measured ones, so that without this app nothing is between them and
their callers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import Any

from django.views.decorators.debug import sensitive_variables
from opentelemetry.metrics import Histogram, Meter

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication, JWTStatelessAuthentication
from drf_jwt_kit.exceptions import Reason, ServiceUnavailable

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
"""Seconds."""

ACCEPTED, FAILED = "accepted", "failed"


def tell(meter: Meter) -> None:
    """Measure from now on."""
    says = "What it took to find out who asks, where a token was presented."
    histogram = _histogram(meter, "authenticate", says)
    JWTAuthentication.holder_of = _measured(  # type: ignore[method-assign]
        JWTAuthentication.holder_of, histogram, _how_it_asks
    )
    histogram = _histogram(meter, "refresh", "What a refresh took.")
    vars(sessions)["refresh"] = _measured(sessions.refresh, histogram, lambda *_: {})


def _histogram(meter: Meter, what: str, says: str) -> Histogram:
    return meter.create_histogram(
        f"drf_jwt_kit.{what}.duration",
        unit="s",
        description=says,
        explicit_bucket_boundaries_advisory=BOUNDS,
    )


def _measured(
    work: Callable[..., Any], histogram: Histogram, labels: Callable[..., dict[str, str]]
) -> Callable[..., Any]:
    """``work``, with an entry in ``histogram`` for each call, also where it raises."""

    @wraps(work)
    @sensitive_variables()
    def measured(*args: Any, **kwargs: Any) -> Any:
        began, outcome = perf_counter(), ACCEPTED
        try:
            return work(*args, **kwargs)
        except Exception as error:
            outcome = _outcome_of(error)
            raise
        finally:
            histogram.record(perf_counter() - began, {**labels(*args), "outcome": outcome})

    return measured


def _outcome_of(error: Exception) -> str:
    """One of a few words, whatever was raised."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, Reason):
        return reason.value
    return ServiceUnavailable.default_code if isinstance(error, ServiceUnavailable) else FAILED


def _how_it_asks(authentication: Any, *_: Any) -> dict[str, str]:
    stateless = isinstance(authentication, JWTStatelessAuthentication)
    return {"asks": "memory" if stateless else "database"}
