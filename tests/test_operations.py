"""A project that is watched, by numbers, alerts, lines in JSON and Sentry; and one that is not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import drf_jwt_kit

from .child import ROOT, environment, specifications
from .leaving_out import leave_out, need
from .servers.process import program

ALERTS = Path(drf_jwt_kit.__file__).parent / "contrib" / "otel" / "alerts.yml"
NEEDED = {
    "prometheus_client": "opentelemetry-exporter-prometheus",
    "pythonjsonlogger": "python-json-logger",
    "sentry_sdk": "sentry-sdk",
}
UNWATCHED = """
import sys
import django
django.setup()
from drf_jwt_kit import sessions, signals
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.urls import urlpatterns
watching = ("opentelemetry", "sentry_sdk", "drf_jwt_kit.contrib.otel")
print([name for name in sys.modules if name.startswith(watching)])
print([name for name, one in vars(signals).items() if getattr(one, "receivers", None)])
print(JWTAuthentication.holder_of.__module__, hasattr(JWTAuthentication.holder_of, "__wrapped__"))
"""


@pytest.mark.projects
def test_what_an_operator_sees_is_true():
    need(NEEDED)

    answer = specifications("tests.settings_operations", "tests/operations")

    assert answer.returncode == 0, answer.stdout[-4000:]


def test_a_project_that_is_not_watched_pays_nothing():
    answer = subprocess.run(
        [sys.executable, "-c", UNWATCHED],
        env=environment(DJANGO_SETTINGS_MODULE="tests.settings"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.splitlines() == ["[]", "[]", "drf_jwt_kit.authentication False"]


@pytest.fixture
def promtool():
    """The command that Prometheus itself checks rules with."""
    found = program("promtool")
    if found is None:
        leave_out("alert rules, judged by promtool. Install Debian's prometheus.")

    def judge(*words):
        ran = subprocess.run(
            [found, *words], env=environment(), capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    return judge


@pytest.mark.long
def test_prometheus_reads_the_rules(promtool):
    promtool("check", "rules", str(ALERTS))


@pytest.mark.long
def test_each_alert_tells_what_it_is_for_and_nothing_else(promtool, tmp_path):
    played = (ROOT / "tests" / "operations" / "alerts_test.yml").read_text(encoding="utf-8")
    place = tmp_path / "alerts_test.yml"
    place.write_text(played.replace("ALERTS", str(ALERTS)), encoding="utf-8")

    promtool("test", "rules", str(place))


@pytest.mark.long
def test_prometheus_reads_what_the_panels_ask(promtool, tmp_path):
    panels = json.loads(ALERTS.with_name("dashboard.json").read_text(encoding="utf-8"))["panels"]
    rules = [
        {"record": f"panel_{panel['id']}_{target['refId']}",
         "expr": target["expr"].replace("$__rate_interval", "1m")}
        for panel in panels for target in panel["targets"]
    ]  # fmt: skip
    place = tmp_path / "panels.yml"  # JSON is YAML
    place.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))

    promtool("check", "rules", str(place))
