"""What does this process tell OpenTelemetry of sessions? Counts, durations, the feed's standing.

``"drf_jwt_kit.contrib.otel"`` in INSTALLED_APPS, with the extra ``otel``. Without it nothing here
is imported. Beside it lie ``dashboard.json`` for Grafana and ``alerts.yml`` for Prometheus.
"""
