"""When does a process begin to count? At start-up, by this app in INSTALLED_APPS."""

from functools import cache

from django.apps import AppConfig


class OpenTelemetryConfig(AppConfig):
    """Connects to the signals, and measures. Which exporter gets the numbers is the project's."""

    name = "drf_jwt_kit.contrib.otel"
    label = "drf_jwt_kit_otel"

    def ready(self) -> None:
        """Begin. A provider that the project sets later gets the numbers all the same."""
        _begin()


@cache
def _begin() -> None:
    """Once a process: where a test overrides INSTALLED_APPS, Django makes each app ready again."""
    from opentelemetry.metrics import get_meter

    from . import counts, durations, feed  # they import models

    meter = get_meter("drf_jwt_kit")
    counts.tell(meter)
    durations.tell(meter)
    feed.tell(meter)
