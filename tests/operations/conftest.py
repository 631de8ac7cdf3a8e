"""An exporter of Prometheus' own, which reads what this process counts."""

from collections import Counter

import pytest
from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families

metrics.set_meter_provider(MeterProvider(metric_readers=[PrometheusMetricReader()]))


class Scrape:
    """What Prometheus would read now, and by how much each number has risen since before."""

    def __init__(self):
        self.before = self.read()

    def read(self):
        text = generate_latest(REGISTRY).decode()
        return {
            (sample.name.removeprefix("drf_jwt_kit_"), frozenset(self.labels_of(sample))): (
                sample.value
            )
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("drf_jwt_kit_")
        }

    @staticmethod
    def labels_of(sample):
        of_the_exporter = {name for name in sample.labels if name.startswith("otel_scope")}
        return ((name, sample.labels[name]) for name in sample.labels.keys() - of_the_exporter)

    def names(self):
        return {name for name, _ in self.read()}

    def value_of(self, name):
        return self.read()[name, frozenset()]

    def risen(self):
        """Counters and counts of histograms, each with the values of its labels by their names."""
        now, before = Counter(self.read()), Counter(self.before)
        now.subtract(before)
        return {
            (name, *(value for _, value in sorted(labels))): count
            for (name, labels), count in now.items()
            if count and name.endswith(("_total", "_count"))
        }


@pytest.fixture
def scrape(db):
    return Scrape()
